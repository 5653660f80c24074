"""The manifest of shipped weights."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from superres.errors import InvalidRequestError, InvalidWeightsError, UnknownNameError
from superres.models import manifest
from superres.models.card import Card
from superres.models.manifest import (
    Entry,
    Tier,
    default_for,
    find,
    of_tier,
    read_manifest,
    sha256,
    shipped,
    verify,
    write_manifest,
)


def entry(folder: Path, name: str, scale: int, tier: Tier | None = "default") -> Entry:
    """Three files, and what the manifest says of them."""
    weights, graph, text = (folder / f"{name}.{ending}" for ending in ("safetensors", "onnx", "param"))
    for path in (weights, graph, text):
        path.write_bytes(f"{path.suffix} of {name}".encode())
    return Entry(
        card=Card(name=name, architecture="rlfn", config={"scale": scale}, scale=scale, figures={"set5_psnr_y": 37.5}),
        parameters=1000,
        tier=tier,
        macs=10**9,
        weights=weights.name,
        weights_sha256=sha256(weights),
        graph=graph.name,
        graph_sha256=sha256(graph),
        text=text.name,
        text_sha256=sha256(text),
    )


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that ships two networks."""
    monkeypatch.setattr(manifest, "PRETRAINED", tmp_path)
    write_manifest((entry(tmp_path, "tiny_x4", 4), entry(tmp_path, "tiny_x2", 2)), tmp_path)
    yield tmp_path
    shipped.cache_clear()


def test_what_was_written_is_read_sorted_by_name(tmp_path: Path) -> None:
    entries = entry(tmp_path, "b_x2", 2), entry(tmp_path, "a_x2", 2)
    write_manifest(entries, tmp_path)
    assert read_manifest(tmp_path) == (entries[1], entries[0])


def test_folder_without_a_manifest_ships_nothing(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == ()


def test_damaged_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('[{"card": 3}]', encoding="utf-8")
    with pytest.raises(InvalidWeightsError, match="is damaged; install superres again"):
        read_manifest(tmp_path)


def test_network_is_found_by_its_name(package: Path) -> None:
    found = find("tiny_x2")
    assert (found.name, found.card.scale) == ("tiny_x2", 2)
    assert (found.weights_path, found.graph_path) == (package / "tiny_x2.safetensors", package / "tiny_x2.onnx")
    assert found.text_path == package / "tiny_x2.param"


@pytest.mark.usefixtures("package")
def test_unknown_network_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no model is called 'tyni_x2'; nearest: tiny_x2"):
        find("tyni_x2")


@pytest.mark.usefixtures("package")
def test_scale_has_a_network_of_its_own() -> None:
    assert default_for(4).name == "tiny_x4"


def test_each_tier_has_its_networks_and_others_are_taken_by_name_only(package: Path) -> None:
    others = entry(package, "a_tiny_x4", 4, "tiny"), entry(package, "a_photo_x4", 4, None)
    write_manifest((*shipped(), *others), package)
    assert {scale: each.name for scale, each in of_tier("tiny").items()} == {4: "a_tiny_x4"}
    assert {scale: each.name for scale, each in of_tier("default").items()} == {2: "tiny_x2", 4: "tiny_x4"}
    assert default_for(4).name == "tiny_x4"
    assert find("a_photo_x4").tier is None


@pytest.mark.usefixtures("package")
def test_scale_without_a_network_says_which_have_one() -> None:
    with pytest.raises(UnknownNameError, match="no scale is called '7'; known: 2, 4"):
        default_for(7)


@pytest.mark.usefixtures("package")
def test_whole_files_pass() -> None:
    for each in shipped():
        verify(each)


@pytest.mark.parametrize("suffix", ["safetensors", "onnx", "param"])
def test_changed_file_is_noticed(package: Path, suffix: str) -> None:
    (package / f"tiny_x2.{suffix}").write_bytes(b"other")
    with pytest.raises(InvalidWeightsError, match=rf"tiny_x2\.{suffix} of tiny_x2 is damaged"):
        verify(find("tiny_x2"))


@pytest.mark.parametrize("suffix", ["safetensors", "onnx", "param"])
def test_missing_file_is_noticed(package: Path, suffix: str) -> None:
    (package / f"tiny_x2.{suffix}").unlink()
    with pytest.raises(InvalidWeightsError, match=rf"tiny_x2\.{suffix} of tiny_x2 is missing"):
        verify(find("tiny_x2"))


def test_graph_in_8_bit_is_there_or_the_message_says_which_networks_have_one(package: Path) -> None:
    (package / "tiny_x4.int8.onnx").write_bytes(b"graph")
    able = replace(find("tiny_x4"), eight_bit="tiny_x4.int8.onnx", eight_bit_sha256="0")
    write_manifest((able, find("tiny_x2")), package)
    assert find("tiny_x4").eight_bit_path == package / "tiny_x4.int8.onnx"
    with pytest.raises(InvalidRequestError, match="tiny_x2 was to compute in int8, which it has not learned; tiny_x4"):
        _ = find("tiny_x2").eight_bit_path
    with pytest.raises(InvalidWeightsError, match=r"tiny_x4\.int8\.onnx of tiny_x4 is damaged"):
        verify(find("tiny_x4"))


def test_files_of_another_folder_can_be_verified(tmp_path: Path) -> None:
    written = entry(tmp_path, "tiny_x2", 2)
    verify(written, tmp_path)
    with pytest.raises(InvalidWeightsError, match="is damaged"):
        verify(replace(written, graph_sha256="0" * 64), tmp_path)


def test_new_manifest_is_read_at_once(package: Path) -> None:
    assert len(shipped()) == 2
    write_manifest((entry(package, "tiny_x3", 3),), package)
    assert [each.name for each in shipped()] == ["tiny_x3"]


def test_every_shipped_network_is_whole() -> None:
    for each in shipped():
        verify(each)


def test_every_shipped_network_says_where_it_comes_from() -> None:
    for each in shipped():
        card = each.card
        assert all((card.trained_on, card.recipe, card.steps, card.licence, card.source, card.figures))
