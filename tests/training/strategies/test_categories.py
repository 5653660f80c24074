"""Networks that also tell what kind of image they see."""

import math
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from samples.pictures import png_of
from samples.recipes import images

from superres.data.datasets.packed import pack
from superres.data.loader import PatchLoader
from superres.errors import InvalidConfigError, UnknownNameError
from superres.models.lapsrn import LapSRN, LapSRNConfig
from superres.models.rlfn import ARCHITECTURE, RLFN, RLFNConfig
from superres.training.channels import RGB
from superres.training.strategies.categories import (
    Categorising,
    Classification,
    accuracy,
    check_classification,
    check_labels,
    cross_entropy,
    image_labels,
)

CONFIG = RLFNConfig(scale=2, width=4, blocks=1, attention_width=4)


def network(classes: int = 3) -> Categorising:
    torch.manual_seed(0)
    return Categorising(RLFN(CONFIG), ARCHITECTURE.card("tiny", CONFIG), "upsample", classes)


def low(count: int = 2) -> torch.Tensor:
    return torch.rand(count, 3, 16, 18, generator=torch.Generator().manual_seed(0))


def test_head_changes_nothing_of_the_answer() -> None:
    both = network()
    assert torch.equal(both(low()), both.network(low()))


def test_head_reads_the_layers_input() -> None:
    both = network()
    features: list[torch.Tensor] = []
    both.network.get_submodule("upsample").register_forward_pre_hook(lambda _, seen: features.append(seen[0]))
    both(low())
    torch.testing.assert_close(both.logits(), both.head(features[0]))


def test_cross_entropy_reaches_head_and_trunk() -> None:
    both = network()
    both(low())
    cross_entropy(both.logits(), torch.tensor([0, 2])).backward()
    touched = {name for name, each in both.named_parameters() if each.grad is not None and each.grad.any()}
    assert {"head.0.weight", "head.6.weight", "network.head.weight", "network.tail.weight"} <= touched
    assert not any(name.startswith("network.upsample") for name in touched)


def test_undecided_head_costs_the_logarithm_of_the_number_of_kinds() -> None:
    assert float(cross_entropy(torch.zeros(4, 5), torch.tensor([0, 1, 2, 4]))) == pytest.approx(math.log(5))


def test_network_of_one_colour_at_a_time_has_three_verdicts_on_each_image() -> None:
    logits = torch.tensor([[9.0, 0.0]] * 3 + [[0.0, 9.0]] * 3)
    assert (
        float(cross_entropy(logits, torch.tensor([0, 1]))) < 0.001 < float(cross_entropy(logits, torch.tensor([1, 0])))
    )


def test_copy_reads_its_own_features() -> None:
    both = network()
    copy = deepcopy(both)
    copy(low())
    with pytest.raises(InvalidConfigError, match="the network was never asked"):
        both.logits()
    assert copy.logits().shape == (2, 3)


def loader_of_two(folder: Path) -> PatchLoader:
    """Dark images are of kind 0, bright ones of kind 1."""
    (folder / "images").mkdir(parents=True)
    for index, level in enumerate((20, 30, 220, 230)):
        (folder / "images" / f"{index}.png").write_bytes(png_of(np.full((40, 40, 3), level, np.uint8)))
    packed = pack([folder / "images"], folder / "packed", [2])
    return PatchLoader(packed, scale=2, patch_size=32, batch_size=4, seed=0, labels=[0, 0, 1, 1])


def test_label_of_a_patch_is_its_images(tmp_path: Path) -> None:
    loader = loader_of_two(tmp_path)
    for (plain, number), ((low_, high), labels) in zip(
        ((loader.batch(number), number) for number in range(5)), loader.labelled_batches(0, 5), strict=True
    ):
        assert torch.equal(plain[0], low_), number
        assert ((high[:, 0, 0, 0] > 100).long() == labels).all()


def test_accuracy_is_the_share_that_is_told(tmp_path: Path) -> None:
    class Told(Categorising):
        seen: torch.Tensor
        sign: float

        def logits(self) -> torch.Tensor:
            self._features.clear()
            bright = self.seen.mean(dim=(1, 2, 3)) > 0.5
            return torch.stack([~bright, bright], dim=1).float() * self.sign

        def forward(self, low: torch.Tensor) -> torch.Tensor:
            self.seen = low
            return low

    told = Told(RLFN(CONFIG), ARCHITECTURE.card("tiny", CONFIG), "upsample", 2)
    loader, device = loader_of_two(tmp_path), torch.device("cpu")
    told.sign = 1.0
    assert accuracy(told, loader, RGB, device) == 1
    told.sign = -1.0
    assert accuracy(told, loader, RGB, device) == 0


def test_images_have_the_label_of_their_folder(tmp_path: Path) -> None:
    folders = [str(images(tmp_path / name, count)) for name, count in (("b", 2), ("a", 1))]
    assert image_labels(folders, {folders[0]: "photograph", folders[1]: "drawing"}) == [1, 1, 0]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"a": "photo"}, "every folder of train needs a label, but b has none"),
        ({"a": "photo", "b": "photo"}, "categories must differ to be told apart, got photo alone"),
        ({"a": "photo", "b": "drawing", "c": "text"}, "c is held out as 'text', which no folder of train is"),
    ],
)
def test_labels_that_make_no_sense_are_refused(labels: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        check_labels(labels, ["a", "b"])


def test_categories_need_labels_a_layer_and_one_answer() -> None:
    plain = RLFN(CONFIG)
    check_classification(Classification(weight=0.1), plain, is_labelled=True)
    with pytest.raises(InvalidConfigError, match="the folders need labels"):
        check_classification(Classification(weight=0.1), plain, is_labelled=False)
    with pytest.raises(UnknownNameError, match="no layer of the network is called 'tial'; nearest: tail"):
        check_classification(Classification(weight=0.1, layer="tial"), plain, is_labelled=True)
    with pytest.raises(InvalidConfigError, match="networks of one answer"):
        check_classification(Classification(weight=0.1), LapSRN(LapSRNConfig(width=4, depth=1)), is_labelled=True)


def test_weight_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="weight must be above 0"):
        Classification(weight=0.0)
