"""`superres study`: what raters say, how well metrics agree with them, and a metric learned from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from superres.apps.cli.console import complain, print_json, progress_bar

study = typer.Typer(help="Opinions of raters: scores, preferences, metrics that agree, a metric that learns.")
Ratings = Annotated[
    Path,
    typer.Argument(
        metavar="RATINGS",
        help="A CSV file: stimulus, rater, score; where known also reference (a true image that was rated, too) or "
        "original (one that was not).",
    ),
]
Images = Annotated[Path, typer.Option(help="Folder of the rated images; a stimulus is a file's name.")]
References = Annotated[Path | None, typer.Option(help="Folder of the true images, matched by the beginning of names.")]
Lowest = Annotated[float, typer.Option(help="Worst score of the scale.")]
Highest = Annotated[float, typer.Option(help="Best score of the scale.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@study.command()
def scores(ratings: Ratings, *, lowest: Lowest = 1.0, highest: Highest = 5.0, as_json: Json = False) -> None:
    """Mean opinion of each stimulus; screening (BT.500), bias and inconsistency (P.910) of each rater."""
    from superres.apps.cli.study_tables import print_scores
    from superres.metrics.opinion.ratings import read_ratings
    from superres.metrics.opinion.summary import summary

    found = summary(read_ratings(ratings, lowest=lowest, highest=highest), highest=highest)
    if as_json:
        print_json(found.to_dict())
    else:
        print_scores(found)
    for doubt in found.doubts:
        complain(doubt)


@study.command()
def preferences(
    votes: Annotated[Path, typer.Argument(metavar="VOTES", help="A CSV file: first, second, preferred.")],
    *,
    as_json: Json = False,
) -> None:
    """Strength of each stimulus from votes on pairs (Bradley-Terry); an empty `preferred` is a tie."""
    from superres.apps.cli.study_tables import print_strengths, strengths_document
    from superres.metrics.opinion.preferences import bradley_terry, read_preferences

    asked = read_preferences(votes)
    found = bradley_terry(asked)
    if as_json:
        print_json(strengths_document(asked, found))
    else:
        print_strengths(asked, found)


@study.command()
def agree(
    ratings: Ratings,
    *,
    images: Images,
    references: References = None,
    metrics: Annotated[str, typer.Option(help="Names, or files of learned metrics, with commas.")] = "psnr,ssim",
    protocol: Annotated[str, typer.Option(help="classical, ntire or rgb.")] = "rgb",
    lowest: Lowest = 1.0,
    highest: Highest = 5.0,
    as_json: Json = False,
) -> None:
    """Correlate metrics with the raters' opinions: PLCC, SRCC and KRCC with 95 % intervals."""
    from superres.apps.cli.study_tables import agreement_document, print_agreement
    from superres.evaluation.study import open_study
    from superres.evaluation.study_agreement import agree as correlate

    opened = open_study(ratings, images, references, lowest=lowest, highest=highest)
    names = tuple(name.strip() for name in metrics.split(","))
    with progress_bar() as show:
        found = correlate(
            opened,
            names,
            protocol_name=protocol,
            watch=lambda what, done, total: show(what, done, total, ""),
        )
    for doubt in found.doubts:
        complain(doubt)
    if as_json:
        print_json(agreement_document(found))
    else:
        print_agreement(found)


@study.command()
def fit(
    ratings: Ratings,
    *,
    images: Images,
    output: Annotated[Path, typer.Option("--output", "-o", help="The metric's file; ends in .safetensors.")],
    references: References = None,
    kind: Annotated[
        Literal["reference", "nothing"] | None,
        typer.Option(help="What the metric compares with; references, unless said otherwise or there are none."),
    ] = None,
    add: Annotated[str, typer.Option(help="Deep metrics to learn from, too: lpips, lpips_vgg, dists.")] = "",
    lowest: Lowest = 1.0,
    highest: Highest = 5.0,
    seed: Annotated[int, typer.Option(help="Of the division into folds.", min=0)] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Learn a metric from the raters; its figures are for raters and pictures that it did not see."""
    from superres.apps.cli.study_tables import print_quality, quality_document
    from superres.evaluation.study import open_study
    from superres.evaluation.study_fit import fit_study
    from superres.metrics.learned.quality import check_place, write_quality

    check_place(output, overwrite=overwrite)
    opened = open_study(ratings, images, references, lowest=lowest, highest=highest)
    with progress_bar() as show:
        found = fit_study(
            opened,
            compares_with=kind,
            added=tuple(name.strip() for name in add.split(",") if name.strip()),
            lowest=lowest,
            highest=highest,
            seed=seed,
            watch=lambda what, done, total: show(what, done, total, ""),
        )
    write_quality(output, found, overwrite=overwrite)
    if not found.card.contents_are_known:
        complain(
            "nothing says which stimuli show the same picture, so each counts as a picture of its own; if some share "
            "one, the figures are too good; a column 'original', or --references, would tell"
        )
    if as_json:
        print_json(quality_document(found.card))
    else:
        print_quality(found.card, output)
