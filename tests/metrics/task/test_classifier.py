"""A classifier's answers on restored images and their references."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from superres.errors import InvalidRequestError
from superres.metrics.task.classifier import classifier_agreement

Pixels = NDArray[np.uint8]
DARK, GREY, LIGHT = (np.full((4, 4, 3), level, np.uint8) for level in (0, 120, 255))


def brightness(image: Pixels) -> int:
    return int(image.mean() // 100)


def brightness_scores(image: Pixels) -> NDArray[np.float64]:
    return np.eye(3)[brightness(image)] * 0.5 + 0.1


def brightness_name(image: Pixels) -> str:
    return ("dark", "grey", "light")[brightness(image)]


def test_labels_and_scores_and_names_give_one_agreement() -> None:
    restored, reference = [DARK, GREY, GREY, LIGHT], [DARK, GREY, LIGHT, LIGHT]
    for classify in (brightness, brightness_scores, brightness_name):
        assert classifier_agreement(classify, restored, reference).top_one_agreement == 0.75


def test_accuracy_is_told_where_the_truth_is() -> None:
    found = classifier_agreement(brightness, [DARK, GREY], [DARK, LIGHT], true=[0, 1])
    assert (found.restored_accuracy, found.reference_accuracy, found.top_one_agreement) == (1.0, 0.5, 0.5)
    blind = classifier_agreement(brightness, [DARK], [DARK])
    assert blind.restored_accuracy is None
    assert blind.reference_accuracy is None


def test_perfect_copies_agree_always() -> None:
    images = [DARK, GREY, LIGHT]
    assert classifier_agreement(brightness_scores, images, images).top_one_agreement == 1


def test_different_numbers_of_images_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="there are 1 restored ones, 2 references and no labels"):
        classifier_agreement(brightness, [DARK], [DARK, DARK])
    with pytest.raises(InvalidRequestError, match="1 references and 2 labels"):
        classifier_agreement(brightness, [DARK], [DARK], true=[0, 1])
    with pytest.raises(InvalidRequestError, match="0 restored ones"):
        classifier_agreement(brightness, [], [])


@pytest.mark.parametrize("answer", [np.zeros((2, 2)), np.zeros(0), np.array([0.1, np.nan])])
def test_answers_that_name_no_class_are_refused(answer: NDArray[Any]) -> None:
    with pytest.raises(InvalidRequestError, match="a label, or one score per class"):
        classifier_agreement(lambda _image: answer, [DARK], [DARK])
