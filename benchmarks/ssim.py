"""SSIM of one 2040×1356 plane: ours against scikit-image's, in one interleaved run.

python benchmarks/ssim.py [--output benchmarks/results/ssim.json]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from skimage.metrics import structural_similarity

from superres.evaluation.efficiency import latencies
from superres.metrics.ssim import ssim


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    random = torch.Generator().manual_seed(0)
    reference = torch.rand(1, 1, 1356, 2040, generator=random)
    restored = (reference + 0.1 * torch.randn(reference.shape, generator=random)).clamp(0, 1)
    planes = restored[0, 0].numpy(), reference[0, 0].numpy()
    options: Any = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    theirs: Any = structural_similarity
    _, maps = theirs(*planes, full=True, **options)
    measured = latencies(
        {
            "superres": lambda: ssim(restored, reference),
            "scikit-image": lambda: theirs(*planes, **options),
        },
        rounds=9,
    )
    result = {
        "plane": "2040x1356",
        "milliseconds": {name: asdict(found) for name, found in measured.items()},
        "times_faster": round(measured["scikit-image"].median / measured["superres"].median, 2),
        "difference": abs(ssim(restored, reference).item() - float(maps[5:-5, 5:-5].mean())),
    }
    text = json.dumps(result, indent=2)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
