"""Where perceptual weights are looked for, and which are refused."""

from hashlib import sha256
from pathlib import Path

import pytest
import torch

from superres.errors import InvalidWeightsError, MissingFileError
from superres.metrics.perceptual_weights import CHECKSUMS, perceptual_tensors

NAME = "dists_weights.pt"
DOCS = Path(__file__).parents[2] / "docs" / "perceptual-weights.md"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first place, empty."""
    monkeypatch.setenv("SUPERRES_DATA", str(tmp_path / "data"))
    return folder(tmp_path / "data" / "perceptual")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The second place, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder(tmp_path / "cache" / "superres" / "perceptual")


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def write(path: Path, value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file of weights that counts as the right one."""
    torch.save({"alpha": torch.tensor(value)}, path)
    monkeypatch.setitem(CHECKSUMS, path.name, sha256(path.read_bytes()).hexdigest())


def test_absent_file_is_answered_with_checksum_and_both_places(data: Path, cache: Path) -> None:
    with pytest.raises(MissingFileError) as caught:
        perceptual_tensors(NAME)
    message = str(caught.value)
    assert all(part in message for part in (NAME, CHECKSUMS[NAME], str(data), str(cache), "docs/perceptual-weights.md"))


def test_without_a_data_folder_the_message_names_the_variable(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERRES_DATA", raising=False)
    with pytest.raises(MissingFileError, match=r"\$SUPERRES_DATA/perceptual \(SUPERRES_DATA is not set\)"):
        perceptual_tensors(NAME)


def test_file_in_the_cache_is_found(data: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(cache / NAME, 2.0, monkeypatch)
    assert perceptual_tensors(NAME)["alpha"].item() == 2.0


def test_data_folder_comes_before_the_cache(data: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / NAME).write_bytes(b"something else")
    write(data / NAME, 1.0, monkeypatch)
    assert perceptual_tensors(NAME)["alpha"].item() == 1.0


def test_another_file_of_this_name_is_refused(data: Path, cache: Path) -> None:
    (data / NAME).write_bytes(b"something else")
    with pytest.raises(InvalidWeightsError, match=f"should have the sha256 {CHECKSUMS[NAME]} but have"):
        perceptual_tensors(NAME)


@pytest.mark.data
@pytest.mark.parametrize("name", CHECKSUMS)
def test_every_file_has_its_checksum(superres_data: Path, name: str) -> None:
    assert perceptual_tensors(name)


@pytest.mark.parametrize("name", CHECKSUMS)
def test_document_names_every_file_and_its_checksum(name: str) -> None:
    text = DOCS.read_text("utf-8")
    assert name in text
    assert CHECKSUMS[name] in text
