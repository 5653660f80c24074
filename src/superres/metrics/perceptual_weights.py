"""Weights of the perceptual metrics: where they lie, and whether they are the right ones.

They are not part of superres and nothing downloads them; `docs/perceptual-weights.md` says where each comes from.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from superres.errors import InvalidWeightsError, MissingFileError, UnreadableFileError

CHECKSUMS = {
    "alexnet_features.npz": "6faf059eae0b7101c34eef0b4866518550ae74bc1d9743d4f75653d04f262716",
    "vgg16_features.npz": "3f6039932ed4a8e5caa1872b71f3cab59590846affeb37f5afca2eaad6b02803",
    "lpips_v0.1_alex.pth": "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
    "lpips_v0.1_vgg.pth": "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
    "dists_weights.pt": "f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218",
}
"""The sha256 of each file."""


def perceptual_tensors(name: str) -> dict[str, Tensor]:
    """The tensors of one of the files in `CHECKSUMS`, on the CPU.

    Raises:
        MissingFileError: If the file lies in neither place.
        UnreadableFileError: If it is there but cannot be read.
        InvalidWeightsError: If its checksum is wrong.
    """
    content = _checked(name)
    if not name.endswith(".npz"):
        return torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return {key: torch.from_numpy(arrays[key]).float() for key in arrays.files}


def frozen_features(build: Callable[[], nn.Module], name: str, prefix: str) -> nn.Module:
    """A feature extractor with the convolutions of a file: no gradient reaches them, but it passes through them.

    Args:
        build: Makes the network; its convolutions come in the file's order.
        name: The file, one of `CHECKSUMS`.
        prefix: What stands before `/Conv_0/kernel` in the file.
    """
    tensors = perceptual_tensors(name)
    # Made without values, so that measuring an image never moves the random numbers of a training.
    with torch.device("meta"):
        network = build()
    state: dict[str, Tensor] = {}
    for index, layer in enumerate(
        key.removesuffix(".weight") for key in network.state_dict() if key.endswith(".weight")
    ):
        # The file has height × width × in × out.
        state[f"{layer}.weight"] = tensors[f"{prefix}/Conv_{index}/kernel"].permute(3, 2, 0, 1).contiguous()
        state[f"{layer}.bias"] = tensors[f"{prefix}/Conv_{index}/bias"]
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def _checked(name: str) -> bytes:
    path = _found(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"the perceptual weights {path} cannot be read: {error.strerror}") from error
    checksum = sha256(content).hexdigest()
    if checksum != CHECKSUMS[name]:
        raise InvalidWeightsError(
            f"the perceptual weights {path} should have the sha256 {CHECKSUMS[name]} but have {checksum}; "
            "docs/perceptual-weights.md says where the right file comes from"
        )
    return content


def _found(name: str) -> Path:
    data = os.environ.get("SUPERRES_DATA")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "superres" / "perceptual"
    places = [Path(data) / "perceptual", cache] if data else [cache]
    for place in places:
        if (place / name).is_file():
            return place / name
    first = str(places[0]) if data else "$SUPERRES_DATA/perceptual (SUPERRES_DATA is not set)"
    raise MissingFileError(
        f"the perceptual weights {name} (sha256 {CHECKSUMS[name]}) are neither in {first} nor in {cache}; "
        "docs/perceptual-weights.md says where they come from"
    )
