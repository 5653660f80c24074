"""Frozen features of VGG networks, for losses that compare what a classifier sees.

VGG16's weights are those of the perceptual metrics; see `docs/perceptual-weights.md`. VGG19's are not among them: a
recipe names a file of its own, the classifier that torchvision publishes, as `.pth` or `.safetensors`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from superres.errors import InvalidConfigError, InvalidImageError, InvalidWeightsError, MissingFileError
from superres.layers.backbones.taps import TappedVGG, tap_stride
from superres.metrics.perceptual_weights import perceptual_tensors
from superres.models.memory_layout import channels_last

MEAN = (0.485, 0.456, 0.406)
"""Of ImageNet's red, green and blue in [0, 1], which the networks were trained with."""
DEVIATION = (0.229, 0.224, 0.225)
Precision = Literal["float32", "bfloat16"]
"""`bfloat16` takes a quarter to a half of the time where the processor multiplies it natively."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A frozen network, and the normalisation in front of it."""

    network: TappedVGG
    precision: Precision = "float32"

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        """The features at each tap; a gradient passes through them.

        Args:
            images: (N, 3, H, W), RGB in [0, 1].

        Raises:
            InvalidImageError: If they are not RGB, or too small for the last pooling.
        """
        if images.ndim != 4 or images.shape[1] != 3:
            raise InvalidImageError(f"features of VGG are those of RGB images (N, 3, H, W), got {tuple(images.shape)}")
        least = smallest_side(self.network.taps)
        if min(images.shape[-2:]) < least:
            raise InvalidImageError(
                f"features at {', '.join(self.network.taps)} need sides of {least} pixels, got {tuple(images.shape)}"
            )
        mean, deviation = (images.new_tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
        inputs = ((images - mean) / deviation).contiguous(memory_format=torch.channels_last)
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
            found = self.network.to(images.device)(inputs)
        return {tap: each.to(images.dtype) for tap, each in found.items()}


def smallest_side(taps: tuple[str, ...] | list[str]) -> int:
    """The smallest side of an image that still has a feature at each of these taps [pixels]."""
    return max(tap_stride(tap) for tap in taps)


def features(network: str, taps: tuple[str, ...], weights: str = "", precision: Precision = "float32") -> Features:
    """The frozen features of VGG16 or VGG19.

    Args:
        network: `vgg16` or `vgg19`.
        taps: See `superres.layers.backbones.taps`.
        weights: A file of torchvision's classifier, there or in `$SUPERRES_DATA/perceptual`; for VGG16 those of the
            perceptual metrics where empty.
        precision: In which the convolutions are computed.

    Raises:
        UnknownNameError: If there is no such network or tap.
        InvalidConfigError: If VGG19 is asked for without a file.
        MissingFileError: If the weights are absent.
        InvalidWeightsError: If they are damaged or another network's.
    """
    if network == "vgg19" and not weights:
        raise InvalidConfigError(
            "the features of vgg19 need weights = a file of torchvision's classifier (vgg19-dcbb9e9d.pth, or the same "
            "as .safetensors), for superres has none; those of vgg16 are found as docs/perceptual-weights.md says"
        )
    return Features(_opened(network, taps, weights), precision)


@lru_cache(maxsize=8)
# Tensors born in inference mode could never take part in a gradient later.
@torch.inference_mode(mode=False)
def _opened(network: str, taps: tuple[str, ...], weights: str) -> TappedVGG:
    # Made without values, so that a loss never moves the random numbers of a training.
    with torch.device("meta"):
        tapped = TappedVGG(network, taps)
    wanted = [name for name, layer in tapped.layers.items() if isinstance(layer, nn.Conv2d)]
    pairs = _of_classifier(Path(weights)) if weights else _of_metrics()
    state = {
        f"layers.{name}.{kind}": tensor
        for name, pair in zip(wanted, pairs, strict=False)
        for kind, tensor in zip(("weight", "bias"), pair, strict=True)
    }
    shapes = {name: tensor.shape for name, tensor in tapped.state_dict().items()}
    if shapes != {name: tensor.shape for name, tensor in state.items()}:
        raise InvalidWeightsError(f"{weights or 'vgg16_features.npz'} does not hold the convolutions of {network}")
    tapped.load_state_dict(state, assign=True)
    channels_last(tapped.eval().requires_grad_(requires_grad=False))
    return tapped


def _of_metrics() -> list[tuple[Tensor, Tensor]]:
    """Kernels and biases; the file has height × width × in × out."""
    tensors = perceptual_tensors("vgg16_features.npz")
    count = sum(name.endswith("/kernel") for name in tensors)
    names = [f"VGG16_0/Conv_{index}" for index in range(count) if f"VGG16_0/Conv_{index}/kernel" in tensors]
    return [
        (tensors[f"{name}/kernel"].permute(3, 2, 0, 1).contiguous(), tensors[f"{name}/bias"].contiguous())
        for name in names
    ]


def _of_classifier(path: Path) -> list[tuple[Tensor, Tensor]]:
    """Kernels and biases of torchvision's `features`, in order."""
    data = os.environ.get("SUPERRES_DATA")
    places = [path, Path(data) / "perceptual" / path] if data else [path]
    path = next((place for place in places if place.is_file()), path)
    if not path.is_file():
        raise MissingFileError(
            f"{path} was to be read as the weights of a VGG network, but there is no such file, nor one in "
            "$SUPERRES_DATA/perceptual"
        )
    try:
        read: Any = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
    except Exception as error:  # a file that is no checkpoint meets the unpickler with any error there is
        raise InvalidWeightsError(
            f"{path} was refused: it is damaged or holds more than tensors (code in weights is never run)"
        ) from error
    if not isinstance(read, dict):
        raise InvalidWeightsError(f"{path} holds a {type(read).__name__}, not a dictionary of tensors")
    tensors = cast("dict[str, Tensor]", read)
    layers = [name.removesuffix(".weight") for name in tensors if name.startswith("features.") and "weight" in name]
    ordered = sorted(layers, key=lambda name: int(name.removeprefix("features.")))
    return [(tensors[f"{name}.weight"].float(), tensors[f"{name}.bias"].float()) for name in ordered]
