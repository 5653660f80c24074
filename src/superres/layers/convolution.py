"""Convolutions in two steps, cheaper than one."""

from __future__ import annotations

from torch import Tensor, nn


class BlueprintConvolution(nn.Module):
    """A 1×1 convolution mixes the channels, then each channel is filtered by its own 3×3 kernel.

    The reverse order of a depthwise separable convolution: each kernel of the whole is one spatial
    blueprint times one weight for each input channel.

    Source: Haase and Amthor, "Rethinking Depthwise Separable Convolutions", CVPR 2020,
    arXiv:2003.13549, section 3 (the unconstrained form).

    Args:
        inputs: Channels that come in.
        outputs: Channels that go out.
        stride: Of the 3×3 kernels [pixels].
        padding: Rows and columns of zeros around the mixed channels.
        has_middle_bias: Whether the 1×1 convolution adds a bias.
    """

    def __init__(
        self, inputs: int, outputs: int, *, stride: int = 1, padding: int = 1, has_middle_bias: bool = True
    ) -> None:
        super().__init__()
        self.pointwise = nn.Conv2d(inputs, outputs, kernel_size=1, bias=has_middle_bias)
        self.depthwise = nn.Conv2d(outputs, outputs, kernel_size=3, stride=stride, padding=padding, groups=outputs)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H', W'); the same size at stride 1 and padding 1."""
        return self.depthwise(self.pointwise(features))
