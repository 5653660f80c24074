"""A learned metric as a file and as a metric."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from torch import Tensor

from superres.errors import ExistingFileError, InvalidWeightsError, MissingFileError, UnwritableFileError
from superres.metrics.catalogue import metric
from superres.metrics.learned.card import CARD_KEY, QualityCard
from superres.metrics.learned.features import Kind, feature_names, features
from superres.metrics.learned.fitting import fit_quality
from superres.metrics.learned.quality import LearnedQuality, read_quality, write_quality
from superres.metrics.opinion.ratings import Ratings


def images(count: int = 12) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(0)
    reference = torch.rand(count, 3, 48, 48, generator=random)
    noise = torch.randn(reference.shape, generator=random) * torch.linspace(0.01, 0.3, count).view(-1, 1, 1, 1)
    return (reference + noise).clamp(0, 1), reference


def fitted(kind: Kind) -> LearnedQuality:
    restored, reference = images()
    names = feature_names(kind)
    seen = features(restored, reference if kind == "reference" else None, names).numpy()
    matrix = np.linspace(4.5, 1.5, 12)[:, None] + np.random.default_rng(0).normal(0, 0.3, size=(12, 4))
    ratings = Ratings(stimuli=tuple("abcdefghijkl"), raters=tuple("wxyz"), matrix=matrix)
    contents = [str(index % 4) for index in range(12)]
    return fit_quality(seen, names, ratings, compares_with=kind, contents=contents)


@pytest.fixture(scope="module", params=["reference", "nothing"])
def quality(request: pytest.FixtureRequest) -> LearnedQuality:
    return fitted(request.param)


def test_file_gives_back_the_same_metric(quality: LearnedQuality, tmp_path: Path) -> None:
    path = tmp_path / "quality.safetensors"
    write_quality(path, quality)
    again = read_quality(path)
    assert again.card == quality.card
    assert torch.equal(again(*images()), quality(*images()))


def test_catalogue_opens_it_like_any_metric(quality: LearnedQuality, tmp_path: Path) -> None:
    path = tmp_path / "quality.safetensors"
    write_quality(path, quality)
    found = metric(str(path))
    assert (found.name, found.compares_with, found.colour) == (str(path), quality.card.compares_with, "rgb")
    values = found.function(*images())
    assert values.dtype == torch.float32
    assert (values[:3] > values[-3:]).all()
    single = torch.cat([found.function(one[None], two[None]) for one, two in zip(*images(), strict=True)])
    torch.testing.assert_close(values, single, atol=1e-4, rtol=1e-4)


def test_file_that_changed_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "quality.safetensors"
    write_quality(path, fitted("reference"))
    assert metric(str(path)).compares_with == "reference"
    write_quality(path, fitted("nothing"), overwrite=True)
    assert metric(str(path)).compares_with == "nothing"


def test_existing_file_and_impossible_place_are_refused(quality: LearnedQuality, tmp_path: Path) -> None:
    path = tmp_path / "quality.safetensors"
    write_quality(path, quality)
    with pytest.raises(ExistingFileError, match="--overwrite"):
        write_quality(path, quality)
    with pytest.raises(UnwritableFileError, match=r"ends in \.safetensors"):
        write_quality(tmp_path / "quality.json", quality)
    with pytest.raises(UnwritableFileError, match="no folder"):
        write_quality(tmp_path / "none" / "quality.safetensors", quality)


def test_card_is_read_strictly(quality: LearnedQuality) -> None:
    assert QualityCard.from_json(quality.card.to_json()) == quality.card
    with pytest.raises(InvalidWeightsError, match="cannot be read"):
        QualityCard.from_json("{}")


def test_absent_file_is_missing(tmp_path: Path) -> None:
    for way in (read_quality, lambda path: metric(str(path))):
        with pytest.raises(MissingFileError, match="no such file"):
            way(tmp_path / "none.safetensors")


def _arrays(quality: LearnedQuality) -> dict[str, Any]:
    names = ("lower", "upper", "centre", "scale", "points", "coefficients")
    return {name: getattr(quality.regression, name) for name in names}


def test_damaged_or_foreign_file_is_refused(quality: LearnedQuality, tmp_path: Path) -> None:
    path, arrays, card = tmp_path / "x.safetensors", _arrays(quality), quality.card
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(InvalidWeightsError, match="no readable safetensors"):
        read_quality(path)
    short = {**arrays, "lower": arrays["lower"][1:]}
    broken = {**arrays, "coefficients": arrays["coefficients"] * np.nan}
    newer = replace(card, features=(*card.features[1:], "charm")).to_json()
    for content, metadata, message in (
        (arrays, {}, "study fit"),
        (arrays, {CARD_KEY: newer}, "not known here: charm"),
        (short, {CARD_KEY: card.to_json()}, "do not fit"),
        ({"lower": arrays["lower"]}, {CARD_KEY: card.to_json()}, "do not fit"),
        (broken, {CARD_KEY: card.to_json()}, "infinite or none"),
    ):
        save_file(content, path, metadata=metadata)
        with pytest.raises(InvalidWeightsError, match=message):
            read_quality(path)
