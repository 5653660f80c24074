"""What reads text in an image, and one such reader: the networks that travel with the package rapidocr."""

from __future__ import annotations

from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError, MissingPackageError

Pixels = NDArray[np.uint8]

STAGES = {"Det": "det", "Rec": "rec"}
"""Finding lines, and reading them: rapidocr's names, and in its files' names."""


class Recogniser(Protocol):
    """Reads an image; any function will do."""

    def __call__(self, image: Pixels, /) -> str:
        """The text in an image.

        Args:
            image: (H, W, 3), uint8, RGB.

        Returns:
            Lines in the order of reading, with line breaks between them; empty where nothing was found.
        """
        ...


class PageReader:
    """Reads Latin and Chinese text by the PP-OCR networks (PaddleOCR, Apache-2.0), computed by OpenVINO.

    Source: arXiv:2009.09941. The networks and settings are those of the package rapidocr, which carries them, but
    text is taken as upright: its search for lines that stand on their head turns some upright ones over, in true
    images too. Nothing goes to the network. Figures belong to one version of the package: say `name` with them.

    Raises:
        MissingPackageError: If rapidocr is not installed, or is a version without networks of its own.
    """

    def __init__(self) -> None:
        package = _rapidocr()
        self.name = f"rapidocr {metadata.version('rapidocr')}"
        """Package and version."""
        self._engine: Any = package.RapidOCR(params=_settings(package))

    def __call__(self, image: Pixels, /) -> str:
        """The text in an image; see `Recogniser`.

        Raises:
            InvalidImageError: If it is no (H, W, 3) of uint8.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise InvalidImageError(f"text is read in (H, W, 3) of uint8, got {image.shape} of {image.dtype}")
        found = self._engine(np.ascontiguousarray(image[..., ::-1]))  # it takes arrays for BGR
        return "\n".join(getattr(found, "txts", None) or ())


def _rapidocr() -> Any:
    try:
        return import_module("rapidocr")
    except ImportError as error:
        raise MissingPackageError(
            f"reading text needs the package rapidocr, which cannot be imported ({error}); pip install 'superres[ocr]'"
        ) from error


def _settings(package: Any) -> dict[str, Any]:
    """Its own settings, but OpenVINO, upright text, silence, and files in place of names that it would download."""
    settings: dict[str, Any] = {"Global.log_level": "critical", "Global.use_cls": False}
    folder = Path(package.__file__).parent / "models"
    for stage, part in STAGES.items():
        found = sorted(folder.glob(f"*_{part}_*.onnx"))
        if not found:
            raise MissingPackageError(
                f"this rapidocr has no network for its stage {part!r} in {folder}; pip install 'superres[ocr]' "
                "brings a version that does"
            )
        settings |= {f"{stage}.engine_type": package.EngineType.OPENVINO, f"{stage}.model_path": str(found[0])}
    return settings
