"""Tables as an engine."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.errors import InvalidWeightsError
from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.inference.backends.catalogue import open_model
from superres.inference.upscaler import upscale


@pytest.fixture
def table(tmp_path: Path) -> str:
    values = np.random.default_rng(0).integers(-127, 128, (5**4, 1, 3, 3)).astype(np.int8)
    np.save(tmp_path / "table_x3.npy", values)
    return str(tmp_path / "table_x3.npy")


def test_card_says_what_the_shape_tells(table: str) -> None:
    card = open_model(table).card()
    assert (card.name, card.scale, card.channels, card.colour) == ("table_x3", 3, 1, "rgb")


def test_colours_are_enlarged_one_by_one(table: str) -> None:
    pixels = noise(11, 8, 3)
    high = upscale(pixels, model=table)
    assert high.shape == (33, 24, 3)
    for channel in range(3):
        assert np.array_equal(high[..., channel], upscale(pixels[..., channel], model=table))


def test_tiles_together_are_the_whole(table: str) -> None:
    pixels = noise(40, 31, 3)
    assert np.array_equal(upscale(pixels, model=table, tile_size=9), upscale(pixels, model=table))


def test_image_of_one_pixel_is_enlarged(table: str) -> None:
    assert upscale(noise(1, 1, 3), model=table).shape == (3, 3, 3)


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_damaged_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "table.npy").write_bytes(content)
    with pytest.raises(InvalidWeightsError, match="no readable array"):
        open_model(str(tmp_path / "table.npy"))


def test_file_of_objects_is_refused_unread(tmp_path: Path) -> None:
    np.save(tmp_path / "table.npy", np.array([{}], dtype=object))
    with pytest.raises(InvalidWeightsError, match="no readable array"):
        open_model(str(tmp_path / "table.npy"))


def test_archive_of_several_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "table.npz", first=np.zeros(1), second=np.zeros(1))
    (tmp_path / "table.npz").rename(tmp_path / "table.npy")
    with pytest.raises(InvalidWeightsError, match="several arrays"):
        open_model(str(tmp_path / "table.npy"))


def test_tables_need_no_pytorch(table: str) -> None:
    program = (
        f"from superres import upscale; import numpy, sys\nupscale(numpy.zeros((4, 4, 3), 'uint8'), model={table!r})"
    )
    program += "\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


# Jo and Kim, CVPR 2021, print 29.82 dB for Set5 ×4 of S; the authors' own file.
@pytest.mark.data
def test_authors_table_reaches_the_published_figure_on_set5(superres_data: Path) -> None:
    file = superres_data / "weights" / "srlut" / "Model_S_x4_4bit_int8.npy"
    judged = subjects([str(file)], [4], "float32")
    table = evaluate({"Set5": superres_data / "testsets" / "Set5"}, judged, metrics=["psnr"])
    assert table.rows[0].mean("psnr") == pytest.approx(29.82, abs=0.02)
