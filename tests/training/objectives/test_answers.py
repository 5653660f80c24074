"""What networks say in training."""

import pytest
import torch
from torch import nn

from superres.models.catalogue import ARCHITECTURES, architecture
from superres.models.drcn import DRCN, DRCNConfig
from superres.models.lapsrn import LapSRN, LapSRNConfig
from superres.models.liif import LIIF, LIIFConfig
from superres.training.objectives.answers import Answering, ManyAnswers
from superres.training.objectives.sampling import picked


def drcn() -> DRCN:
    torch.manual_seed(0)
    network = DRCN(DRCNConfig(width=4, recursions=3))
    nn.init.uniform_(network.shares, 0, 1)
    return network


def test_ordinary_network_gives_its_one_answer() -> None:
    low = torch.rand(1, 3, 4, 4)
    ((answer, weight),) = Answering(nn.Identity())(low, 0.0)
    assert answer is low
    assert weight == 1


def test_asking_adds_no_parameters() -> None:
    network = drcn()
    assert [id(each) for each in Answering(network).parameters()] == [id(each) for each in network.parameters()]


def test_pyramid_gives_every_level_with_the_same_weight() -> None:
    network, low = LapSRN(LapSRNConfig(scale=4, width=4, depth=1)), torch.rand(1, 1, 6, 7)
    answers = Answering(network)(low, 0.7)
    assert [(tuple(image.shape[-2:]), weight) for image, weight in answers] == [((12, 14), 1), ((24, 28), 1)]
    assert torch.equal(answers[-1][0], network(low))


@pytest.mark.parametrize("done", [0.0, 0.25, 0.75])
def test_recursions_give_their_predictions_ever_less_weight_and_the_answer_more(done: float) -> None:
    network, low = drcn(), torch.rand(1, 1, 6, 7)
    (answer, weight), *predictions = Answering(network)(low, done)
    assert torch.equal(answer, network(low))
    assert weight == pytest.approx(done)
    assert [each for _, each in predictions] == pytest.approx([(1 - done) / 3] * 3)
    for (image, _), expected in zip(predictions, network.predictions(low), strict=True):
        assert torch.equal(image, expected)


def test_networks_with_many_answers_are_these() -> None:
    with torch.device("meta"):
        many = [
            name
            for name in ARCHITECTURES
            for known in (architecture(name),)
            if isinstance(known.network(next(iter(known.variants.values()))), ManyAnswers)
        ]
    assert many == ["drcn", "lapsrn"]


def liif() -> LIIF:
    torch.manual_seed(0)
    return LIIF(LIIFConfig(width=4, blocks=1, hidden=8))


def test_network_of_any_scale_answers_at_the_one_it_is_asked_for() -> None:
    network, low = liif(), torch.rand(1, 3, 6, 7)
    ((answer, weight),) = Answering(network)(low, 0.0, 1.5)
    assert weight == 1
    assert torch.equal(answer, network(low, 1.5))


def test_asked_pixels_are_an_image_of_one_row() -> None:
    network, low = liif(), torch.rand(2, 3, 6, 8)
    places = torch.tensor([[0, 8, 3], [2, 2, 1]]), torch.tensor([[0, 11, 5], [4, 7, 9]])
    ((answer, _),) = Answering(network)(low, 0.0, 1.5, places)
    torch.testing.assert_close(answer, picked(network(low, 1.5), places))
    assert answer.shape == (2, 3, 1, 3)
