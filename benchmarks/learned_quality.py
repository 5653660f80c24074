"""A metric learned from SIMULATED raters, against PSNR and others, on degraded crops of Kodak24.

    python benchmarks/learned_quality.py [--output benchmarks/results/learned_quality.json]

No human being voted. The simulated truth is 1 + 4 exp(−2.5 d), d = 2 (1 − MS-SSIM) + LPIPS (AlexNet), neither of which
the learned metric sees. 24 raters each vote for 60 % of 264 stimuli: truth + bias (normal, deviation 0.35) +
noise (normal, deviation from 0.4 to 0.9 by rater), rounded to 1..5. So the figures show that the method works, and
nothing about human eyes. Pictures and raters are held out, kinds of degradation are not. SUPERRES_DATA names the folder
of images and perceptual weights.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superres.evaluation.measuring import batch
from superres.evaluation.study import Study, open_study
from superres.evaluation.study_agreement import agree
from superres.evaluation.study_fit import study_features
from superres.image.files import image_files, read_picture, write_picture
from superres.image.picture import Picture
from superres.image.resize import resize_integers
from superres.inference.upscaler import upscale
from superres.metrics.catalogue import metric
from superres.metrics.learned.features import Kind, feature_names
from superres.metrics.learned.fitting import fit_quality
from superres.metrics.learned.held_out import HeldOut
from superres.metrics.learned.regression import fit, folds_of
from superres.metrics.lpips import lpips
from superres.metrics.ms_ssim import ms_ssim
from superres.metrics.opinion.agreement import agreement
from superres.metrics.opinion.consensus import consensus
from superres.metrics.opinion.correlation import rank_correlation
from superres.training.folders import data_folder

SIDE = 240
"""Pixels of a crop, a multiple of 2, 3 and 4."""
RATERS = 24
SHARE = 0.6
"""Of the stimuli, that a rater sees."""
KINDS: tuple[Kind, ...] = ("reference", "nothing")
Pixels = NDArray[np.uint8]


def crop(path: Path) -> Pixels:
    """The middle of a photograph."""
    pixels: Any = read_picture(path).pixels
    top, left = ((length - SIDE) // 2 for length in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : top + SIDE, left : left + SIDE])


def versions(high: Pixels, random: np.random.Generator) -> Mapping[str, Pixels]:
    """Interpolated, restored, sharpened and noisy versions."""
    lows = {scale: resize_integers(high, scale=1 / scale) for scale in (2, 3, 4)}
    found: dict[str, Any] = {f"bicubic{scale}": resize_integers(low, scale=scale) for scale, low in lows.items()}
    found |= {f"rlfn{scale}": upscale(low, scale=scale) for scale, low in lows.items()}
    soft = found["bicubic3"].astype(float)
    found["sharpened3"] = whole(2.5 * soft - 1.5 * resize_integers(resize_integers(high, scale=1 / 6), scale=6))
    for deviation in (8, 20):
        found[f"noise{deviation}"] = whole(high + deviation * random.normal(size=high.shape))
    return found


def whole(values: Any) -> Pixels:
    """To whole steps of 255."""
    return np.floor(values + 0.5).clip(0, 255).astype(np.uint8)


def write_stimuli(folder: Path) -> dict[str, float]:
    """All stimuli and references, and the simulated truth of each stimulus."""
    random = np.random.default_rng(0)
    truth: dict[str, float] = {}
    for path in image_files(data_folder("validation/Kodak24")):
        high = crop(path)
        write_picture(folder / "references" / f"{path.stem}.png", Picture(pixels=high))
        for name, pixels in versions(high, random).items():
            write_picture(folder / "images" / f"{path.stem}_{name}.png", Picture(pixels=pixels))
        for quality in (15, 40):
            write_picture(folder / "images" / f"{path.stem}_jpeg{quality}.jpg", Picture(pixels=high), quality=quality)
        reference = batch(high)
        for stimulus in (folder / "images").glob(f"{path.stem}_*"):
            image = batch(read_picture(stimulus).pixels)
            distance = 2 * (1 - ms_ssim(image, reference)) + lpips(image, reference)
            truth[stimulus.stem] = 1 + 4 * float(np.exp(-2.5 * distance.item()))
    return truth


def write_votes(path: Path, truth: Mapping[str, float]) -> None:
    """A table of simulated votes."""
    random = np.random.default_rng(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["stimulus", "rater", "score"])
        for rater in range(RATERS):
            bias, deviation = random.normal(0, 0.35), random.uniform(0.4, 0.9)
            for name, quality in sorted(truth.items()):
                vote = np.rint(quality + bias + deviation * random.normal()).clip(1, 5)
                if random.random() < SHARE:
                    table.writerow([name, f"r{rater}", int(vote)])


def judged(study: Study, seen: NDArray[np.float64], kind: Kind) -> HeldOut:
    """The figures that `superres study fit` prints."""
    names = feature_names(kind)
    return fit_quality(seen, names, study.ratings, compares_with=kind, contents=study.contents).card.held_out


def unseen(study: Study, seen: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Rank correlation with the truth of stimuli whose pictures were not in the training; five folds."""
    opinions, _ = consensus(study.ratings)
    folds = folds_of(study.contents, 5, seed=0)
    predicted = np.zeros(len(seen))
    for number in range(5):
        taught = np.flatnonzero(folds != number)
        model = fit(seen[taught], opinions[taught], [study.contents[index] for index in taught.tolist()])
        predicted[folds == number] = model(seen[folds == number])
    return rounded(float(rank_correlation(predicted, truth, np.ones((1, len(truth))))[0]))


def rounded(values: Any) -> Any:
    """Four digits behind the point."""
    if isinstance(values, dict):
        return {key: rounded(value) for key, value in values.items()}
    return round(values, 4) if isinstance(values, float) else values


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path)
    asked = arguments.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("images", "references"):
            (folder / part).mkdir()
        truth = write_stimuli(folder)
        write_votes(folder / "votes.csv", truth)
        study = open_study(folder / "votes.csv", folder / "images", folder / "references")
        seen = {kind: study_features(study, kind) for kind in KINDS}
        others = agree(study, ("psnr", "ssim", "ms_ssim", "gmsd", "lpips", "dists"))
    held_out = {kind: judged(study, seen[kind], kind) for kind in KINDS}
    quality = np.array([truth[name] for name in study.ratings.stimuli])
    result = {
        "SIMULATED": "no human being voted; see the docstring of benchmarks/learned_quality.py",
        "stimuli": len(truth),
        "contents": len(set(study.contents)),
        "raters": RATERS,
        "votes": int((~np.isnan(study.ratings.matrix)).sum()),
        "truth_from_to": [round(min(truth.values()), 2), round(max(truth.values()), 2)],
        "srcc_with_held_out_raters": {f"compares with {kind}": rounded(asdict(held_out[kind])) for kind in KINDS},
        "srcc_with_all_raters": {name: rounded(asdict(each.srcc)) for name, each in others.agreements.items()},
        "srcc_with_the_truth": {
            **{f"learned, compares with {kind}, unseen pictures": unseen(study, seen[kind], quality) for kind in KINDS},
            **{
                name: rounded(agreement(values, quality, higher_is_better=metric(name).higher_is_better).srcc.value)
                for name, values in others.values.items()
            },
        },
    }
    text = json.dumps(result, indent=2)
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
