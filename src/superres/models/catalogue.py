"""The list of architectures. A file is imported only when its architecture is asked for."""

from __future__ import annotations

from importlib import import_module

from torch import nn

from superres.errors import unknown_name
from superres.models.architecture import Architecture
from superres.models.card import Card

ARCHITECTURES = (
    "bicubic",
    "bsrn",
    "carn",
    "drcn",
    "drrn",
    "dwsr",
    "ecbsr",
    "edsr",
    "efdn",
    "espcn",
    "fmen",
    "fsrcnn",
    "fusion",
    "han",
    "imdn",
    "lapsrn",
    "liif",
    "meta_edsr",
    "mwcnn",
    "neesr",
    "rcan",
    "residual",
    "rfdn",
    "rlfn",
    "rrdb",
    "span",
    "srcnn",
    "srlut",
    "srresnet",
    "swinir",
    "vdsr",
)
"""Names of the architectures; each is a file of this folder with a constant `ARCHITECTURE`."""


def architecture(name: str) -> Architecture:
    """The architecture of this name.

    Raises:
        UnknownNameError: If none is called so.
    """
    if name not in ARCHITECTURES:
        raise unknown_name("architecture", name, ARCHITECTURES)
    return import_module(f"superres.models.{name}").ARCHITECTURE


def variants() -> dict[str, Architecture]:
    """Every named variant with its architecture. Imports all files of the catalogue."""
    return {variant: found for name in ARCHITECTURES for found in (architecture(name),) for variant in found.variants}


def build(name: str) -> tuple[nn.Module, Card]:
    """A freshly initialised network of a named variant, and its card.

    Raises:
        UnknownNameError: If no variant is called so.
    """
    known = variants()
    if name not in known:
        raise unknown_name("model", name, known)
    config = known[name].variants[name]
    return known[name].network(config), known[name].card(name, config)


def build_from_card(card: Card) -> nn.Module:
    """A freshly initialised network as a card describes it.

    Raises:
        UnknownNameError: If the architecture is not known here.
        InvalidConfigError: If the card's configuration does not fit the architecture.
    """
    found = architecture(card.architecture)
    return found.network(found.read_config(card.config))
