"""`superres convert`."""

from pathlib import Path

import numpy as np
import pytest
from samples.checkpoints import of_several_scales, with_code_in_it
from samples.commands import Call

from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_written_file_enlarges_a_picture(superres: Call) -> None:
    assert superres("convert", of_several_scales(Path("authors.pth")), "--scale", 3).code == 0
    write_picture(Path("small.png"), Picture(pixels=np.full((20, 24, 3), 90, np.uint8)))
    answer = superres("upscale", "small.png", "--model", "authors_x3.safetensors", "-o", "large.png")
    assert answer.code == 0, answer.err
    assert read_picture(Path("large.png")).pixels.shape == (60, 72, 3)


def test_written_file_is_judged_by_evaluate(superres: Call) -> None:
    superres("convert", of_several_scales(Path("authors.pth")), "-s", 2, "-o", "mine.safetensors")
    Path("images").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    write_picture(Path("images/one.png"), Picture(pixels=pixels))
    answer = superres("evaluate", "images", "--model", "mine.safetensors", "--scale", 2, "--metrics", "psnr")
    assert answer.code == 0, answer.err
    assert "mine.safetensors" in answer.out


def test_pickle_with_code_in_it_is_refused_in_one_line(superres: Call) -> None:
    answer = superres("convert", with_code_in_it(Path("evil.pth"), Path("touched")))
    assert answer.code == 2
    assert "code in weights is never run" in answer.err
    assert len(answer.err.splitlines()) == 1
    assert [path.name for path in Path().iterdir()] == ["evil.pth"]


def test_existing_output_needs_overwrite(superres: Call) -> None:
    foreign = of_several_scales(Path("authors_x2.pth"))
    Path("out.safetensors").write_text("kept")
    refused = superres("convert", foreign, "-o", "out.safetensors")
    assert (refused.code, Path("out.safetensors").read_text()) == (2, "kept")
    assert "give --overwrite" in refused.err
    assert superres("convert", foreign, "-o", "out.safetensors", "--overwrite").code == 0


def test_file_that_serves_several_scales_asks_for_one(superres: Call) -> None:
    answer = superres("convert", of_several_scales(Path("authors.pth")))
    assert answer.code == 2
    assert "does not say for which scale" in answer.err


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "scale", "name"),
    [
        ("carn/carn_m.pth", 3, "carn_m_x3"),
        ("fsrcnn/fsrcnn_x2.pth", 2, "fsrcnn_x2"),
        ("vdsr/VDSR_Official.mat", 4, "VDSR_Official_x4"),
        ("lapsrn/LapSRN_x4.mat", 4, "LapSRN_x4"),
        ("ntire2022/team05_efdn.pt", 4, "team05_efdn"),
    ],
)
def test_official_files_are_converted(superres: Call, superres_data: Path, file: str, scale: int, name: str) -> None:
    answer = superres("convert", superres_data / "weights" / file, "--scale", scale)
    assert answer.code == 0, answer.err
    assert [path.name for path in Path().iterdir()] == [f"{name}.safetensors"]


def test_two_networks_are_blended_and_the_result_enlarges(superres: Call) -> None:
    answer = superres(
        "convert", "rlfn_compact_x2", "--blend", "rlfn_compact_x2", "--share", 0.4, "-o", "mix.safetensors"
    )
    assert answer.code == 0, answer.err
    write_picture(Path("small.png"), Picture(pixels=np.full((20, 24, 3), 90, np.uint8)))
    answer = superres("upscale", "small.png", "--model", "mix.safetensors", "-o", "large.png")
    assert answer.code == 0, answer.err
    assert read_picture(Path("large.png")).pixels.shape == (40, 48, 3)


def test_share_is_the_one_of_the_papers_demonstration_where_none_is_given(superres: Call) -> None:
    assert superres("convert", "rlfn_compact_x2", "--blend", "rlfn_compact_x2").code == 0
    assert Path("rlfn_compact_x2_blend_80.safetensors").exists()


def test_networks_of_different_scales_are_not_blended(superres: Call) -> None:
    answer = superres("convert", "rlfn_compact_x2", "--blend", "rlfn_compact_x3")
    assert answer.code == 2
    assert "only networks of one configuration can be blended" in answer.err


def test_share_without_a_second_network_is_refused(superres: Call) -> None:
    answer = superres("convert", of_several_scales(Path("authors_x2.pth")), "--share", 0.5)
    assert answer.code == 2
    assert "name it with --blend" in answer.err


def test_scale_is_not_said_of_a_blend(superres: Call) -> None:
    answer = superres("convert", "rlfn_compact_x2", "--blend", "rlfn_compact_x2", "--scale", 2)
    assert answer.code == 2
    assert "do not go together" in answer.err
