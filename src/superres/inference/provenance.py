"""Which networks have made a picture."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from superres.errors import UnknownNameError
from superres.inference.request import Plan
from superres.models.manifest import find
from superres.version import __version__


def note_of(plan: Plan) -> dict[str, str]:
    """For the result of a plan: version, models, scale, and the checksums of the weights, where there are any."""
    sums = [checksum for model in plan.models if (checksum := _checksum(model))]
    return {
        "version": __version__,
        "model": ", ".join(Path(model).name for model in plan.models) or "reduction",
        "scale": f"{plan.scale:g}",
        **({"weights": " ".join(sums)} if sums else {}),
    }


@cache
def _checksum(model: str) -> str:
    try:
        return f"sha256:{find(model).weights_sha256}"
    except UnknownNameError:
        path = Path(model)
    if not path.is_file():  # an interpolation
        return ""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
