"""Some pixels in place of all."""

import torch

from superres.models.catalogue import ARCHITECTURES, architecture
from superres.training.objectives.sampling import AnswersByPixel, picked, sampled_places

HIGH = torch.arange(2 * 3 * 5 * 7).view(2, 3, 5, 7)


def test_no_pixel_of_a_patch_is_taken_twice() -> None:
    rows, columns = sampled_places(HIGH, 35, (1, 2))
    assert all(len(set((7 * row + column).tolist())) == 35 for row, column in zip(rows, columns, strict=True))


def test_patches_have_places_of_their_own() -> None:
    rows, columns = sampled_places(HIGH, 10, (1, 2))
    assert (7 * rows + columns)[0].tolist() != (7 * rows + columns)[1].tolist()


def test_places_depend_on_the_key_alone() -> None:
    first, again, other = (torch.stack(sampled_places(HIGH, 10, key)) for key in ((1, 2), (1, 2), (1, 3)))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_picked_pixels_are_those_at_the_places() -> None:
    places = torch.tensor([[0, 4], [2, 3]]), torch.tensor([[6, 0], [1, 5]])
    found = picked(HIGH, places)
    assert found.shape == (2, 3, 1, 2)
    assert torch.equal(found[0, :, 0, 1], HIGH[0, :, 4, 0])
    assert torch.equal(found[1, :, 0, 0], HIGH[1, :, 2, 1])


def test_networks_that_answer_by_pixel_are_these() -> None:
    with torch.device("meta"):
        able = [
            name
            for name in ARCHITECTURES
            for known in (architecture(name),)
            if isinstance(known.network(next(iter(known.variants.values()))), AnswersByPixel)
        ]
    assert able == ["liif"]
