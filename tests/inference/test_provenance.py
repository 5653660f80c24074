"""Which networks have made a picture."""

import hashlib
import shutil
from pathlib import Path

from superres import __version__
from superres.inference.provenance import note_of
from superres.inference.request import Request, plan
from superres.models.manifest import find


def test_note_names_version_network_scale_and_checksum() -> None:
    entry = find("rlfn_compact_x2")
    assert note_of(plan(Request(scale=1.5))) == {
        "version": __version__,
        "model": "rlfn_compact_x2",
        "scale": "1.5",
        "weights": f"sha256:{entry.weights_sha256}",
    }
    assert hashlib.sha256(entry.weights_path.read_bytes()).hexdigest() == entry.weights_sha256


def test_several_networks_are_all_named() -> None:
    note = note_of(plan(Request(scale=8)))
    assert note["model"] == "rlfn_compact_x4, rlfn_compact_x2"
    assert len(note["weights"].split()) == 2


def test_blend_names_both_networks() -> None:
    assert note_of(plan(Request(texture=0.5)))["model"] == "rlfn_compact_x4, rlfn_compact_gan_x4"


def test_file_is_named_without_the_folder_that_it_lies_in(tmp_path: Path) -> None:
    shutil.copy(find("ecbsr_tiny_x4").weights_path, tmp_path / "mine.safetensors")
    note = note_of(plan(Request(model=str(tmp_path / "mine.safetensors"))))
    assert note["model"] == "mine.safetensors"
    assert note["weights"] == f"sha256:{find('ecbsr_tiny_x4').weights_sha256}"


def test_interpolation_has_no_weights() -> None:
    assert "weights" not in note_of(plan(Request(model="bicubic_x2")))
