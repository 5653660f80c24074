"""Files of weights turned into our own."""

from pathlib import Path

import pytest
import torch
from samples.checkpoints import of_several_scales, with_code_in_it

from superres.errors import (
    ExistingFileError,
    InvalidRequestError,
    InvalidWeightsError,
    MissingFileError,
    SuperResError,
    UnwritableFileError,
)
from superres.models.conversion import convert
from superres.models.weights import load_network


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("scale", [2, 3])
def test_one_checkpoint_of_several_scales_becomes_a_file_for_each(scale: int) -> None:
    foreign = of_several_scales(Path("authors.pth"))
    written, card = convert(foreign, scale=scale)
    assert written == Path(f"authors_x{scale}.safetensors")
    network, read = load_network(written)
    assert (read, read.scale, read.name) == (card, scale, f"authors_x{scale}")
    image = torch.rand(1, 1, 9, 8)
    assert torch.equal(network(image), load_network(foreign, scale=scale)[0](image))


def test_scale_in_the_name_is_enough() -> None:
    assert convert(of_several_scales(Path("authors_x4.pth")))[1].scale == 4


def test_file_of_ours_is_written_as_it_was() -> None:
    first, _ = convert(of_several_scales(Path("authors_x2.pth")))
    second, _ = convert(first, Path("folder/copy.safetensors"))
    assert second.read_bytes() == first.read_bytes()


def test_existing_file_is_replaced_only_when_asked() -> None:
    foreign, kept = of_several_scales(Path("authors_x2.pth")), Path("authors_x2.safetensors")
    kept.write_text("kept")
    for destination in (None, kept):
        with pytest.raises(ExistingFileError, match="--overwrite"):
            convert(foreign, destination)
    assert kept.read_text() == "kept"
    assert load_network(convert(foreign, overwrite=True)[0])[1].scale == 2


def test_scale_that_contradicts_the_file_is_refused() -> None:
    foreign = of_several_scales(Path("authors_x2.pth"))
    with pytest.raises(InvalidRequestError, match=r"authors_x2\.pth was to enlarge ×3, but its name says ×2"):
        convert(foreign, scale=3)
    ours, _ = convert(foreign)
    with pytest.raises(InvalidRequestError, match=r"was to enlarge ×4, but it is for ×2"):
        convert(ours, Path("other.safetensors"), scale=4)


def test_scale_that_nothing_tells_is_asked_for() -> None:
    with pytest.raises(InvalidWeightsError, match=r"does not say for which scale.*superres convert --scale"):
        convert(of_several_scales(Path("authors.pth")))


def test_code_in_a_file_is_refused_and_not_run() -> None:
    with pytest.raises(InvalidWeightsError, match="never run"):
        convert(with_code_in_it(Path("evil.pth"), Path("touched")))
    assert not Path("touched").exists()


def test_missing_file_is_named() -> None:
    with pytest.raises(MissingFileError, match=r"absent\.pth was to be converted"):
        convert(Path("absent.pth"))


def test_names_of_other_kinds_of_files_are_refused() -> None:
    foreign = of_several_scales(Path("authors_x2.pth"))
    with pytest.raises(InvalidRequestError, match=r"called NAME\.safetensors"):
        convert(foreign, Path("other.pth"))
    with pytest.raises(InvalidWeightsError, match=r"does not end in \.pth"):
        convert(foreign.rename("authors_x2.bin"))


def test_nothing_is_left_of_a_conversion_that_fails() -> None:
    broken = Path("broken_x2.pth")
    broken.write_bytes(of_several_scales(Path("authors_x2.pth")).read_bytes()[:900])
    Path("file").touch()
    before = sorted(Path().rglob("*"))
    for source, destination in ((broken, None), (Path("authors_x2.pth"), Path("file/inside.safetensors"))):
        with pytest.raises((InvalidWeightsError, UnwritableFileError)) as refusal:
            convert(source, destination)
        assert isinstance(refusal.value, SuperResError)
    assert sorted(Path().rglob("*")) == before
