"""Put trained weights into the package: safetensors, a graph and ncnn's text that refer to them, a manifest entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from torch import nn

from superres.errors import InvalidWeightsError
from superres.export.ncnn import checked_text
from superres.export.onnx import checked_graph, link_to_weights
from superres.export.parity import check_parity
from superres.inference.backends.openvino import OpenVINOBackend
from superres.models.card import Card
from superres.models.catalogue import build_from_card
from superres.models.cost import published_macs
from superres.models.manifest import PRETRAINED, Entry, Tier, read_manifest, sha256, write_manifest
from superres.models.weights import fill, read_weights, write_weights
from superres.models.writing import replace_file


def ship(
    weights: Path, figures: Mapping[str, float], folder: Path = PRETRAINED, *, tier: Tier | None = "default"
) -> Entry:
    """Store a trained network for the wheel, and name it in the manifest; an older one of its name is replaced.

    All files are made and compared with PyTorch in a scratch folder before anything is stored.

    Args:
        weights: What `superres.training.run.train` wrote.
        figures: Measured figures, such as `set5_psnr_y` [dB], for the card.
        folder: Of the shipped weights.
        tier: What the network is taken for when none is named; None where it is only taken by its name.

    Returns:
        The manifest's entry.

    Raises:
        MissingFileError: If there are no such weights.
        InvalidWeightsError: If they are damaged, do not say where they come from, or the graph answers differently.
    """
    tensors, card = read_weights(weights)
    _check_origin(card, weights.name)
    card = card.with_figures(figures)
    network = build_from_card(card)
    fill(network, tensors, weights.name)
    network.eval()
    names = f"{card.name}.safetensors", f"{card.name}.onnx", f"{card.name}.param"
    with TemporaryDirectory() as scratch:
        made = [Path(scratch) / name for name in names]
        _make(network, card, *made)
        for path in made:
            replace_file(folder / path.name, path.read_bytes())
    entry = Entry(
        card=card,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        tier=tier,
        macs=published_macs(network, channels=card.channels, scale=card.scale),
        weights=names[0],
        weights_sha256=sha256(folder / names[0]),
        graph=names[1],
        graph_sha256=sha256(folder / names[1]),
        text=names[2],
        text_sha256=sha256(folder / names[2]),
    )
    others = (other for other in read_manifest(folder) if other.name != entry.name)
    write_manifest((*others, entry), folder)
    _eight_bit(folder, entry.name).unlink(missing_ok=True)  # it belonged to the older one
    return entry


def _eight_bit(folder: Path, name: str) -> Path:
    return folder / f"{name}.int8.onnx"


def ship_eight_bit(graph: Path, figures: Mapping[str, float], folder: Path = PRETRAINED) -> Entry:
    """Store a graph in 8 bit beside the shipped network of its name, and name it in the manifest.

    Args:
        graph: What `superres.export.eight_bit.export_eight_bit` wrote.
        figures: What it reaches, as the card of the network tells it.
        folder: Of the shipped weights.

    Returns:
        The manifest's new entry.

    Raises:
        InvalidWeightsError: If its card does not say where it comes from, or no network of its name is shipped.
    """
    card = OpenVINOBackend(graph, "int8").card()
    _check_origin(card, graph.name)
    others = {entry.name: entry for entry in read_manifest(folder)}
    if card.name not in others:
        raise InvalidWeightsError(f"{graph.name} is a graph of {card.name}, which is not shipped; ship it first")
    path = _eight_bit(folder, card.name)
    replace_file(path, graph.read_bytes())
    entry = replace(others[card.name], eight_bit=path.name, eight_bit_sha256=sha256(path), eight_bit_figures=figures)
    write_manifest((*(other for other in others.values() if other.name != entry.name), entry), folder)
    return entry


def _check_origin(card: Card, file_name: str) -> None:
    said = {"data": card.trained_on, "recipe": card.recipe, "steps": card.steps, "licence": card.licence}
    missing = [name for name, value in said.items() if not value]
    if missing:
        raise InvalidWeightsError(
            f"{file_name} cannot be shipped: its card does not name its {', '.join(missing)}; "
            "weights that `superres train` writes name them all"
        )


def _make(network: nn.Module, card: Card, weights: Path, graph: Path, text: Path) -> None:
    """Write all files, side by side, and compare graph and text with PyTorch, the graph again once it is linked."""
    whole = checked_graph(network, card)
    write_weights(weights, network.state_dict(), card)
    replace_file(graph, link_to_weights(whole, weights).SerializeToString())
    check_parity(network, graph, card)
    replace_file(text, checked_text(network, card).encode())
