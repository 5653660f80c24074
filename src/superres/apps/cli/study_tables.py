"""What `superres study` prints: tables for a person, documents for a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:  # tables of scores and preferences are drawn without PyTorch
    from superres.evaluation.study_agreement import StudyAgreement
    from superres.metrics.learned.card import QualityCard
    from superres.metrics.learned.held_out import Figure
    from superres.metrics.opinion.agreement import Coefficient
    from superres.metrics.opinion.preferences import Preferences, Strengths
    from superres.metrics.opinion.summary import Summary


def print_scores(found: Summary) -> None:
    """A table of stimuli, and one of raters."""
    facts = found.to_dict()
    stimuli = _table(("stimulus", "votes", "MOS", "95 %", "without bias", "95 %", "DMOS", "95 %"))
    for name, each in facts["stimuli"].items():
        shown = [_pair(each.get(key)) for key in ("mean", "without_bias", "differential")]
        stimuli.add_row(name, str(each["votes"]), *(text for pair in shown for text in pair))
    raters = _table(("rater", "votes", "bias", "95 %", "inconsistency", "95 %", "far above/below", "screened out"))
    for name, each in facts["raters"].items():
        far = f"{each['far_above']}/{each['far_below']}" if "far_above" in each else "–"
        raters.add_row(
            name,
            str(each["votes"]),
            *_pair(each.get("bias")),
            *_pair(each.get("inconsistency")),
            far,
            {True: "yes", False: "no"}.get(each.get("rejected"), "–"),
        )
    stimuli.caption = "MOS with Student's t; bias after ITU-T P.910, Annex E."
    raters.caption = "Screening after ITU-R BT.500; every rater's votes are in the scores."
    Console().print(stimuli, raters)


def print_strengths(asked: Preferences, found: Strengths) -> None:
    """A table of stimuli, strongest first."""
    table = _table(("stimulus", "comparisons", "wins", "strength", "95 %"))
    for index in found.strength.argsort()[::-1].tolist():
        table.add_row(
            found.stimuli[index],
            f"{asked.comparisons[index].sum():g}",
            f"{asked.wins[index].sum():g}",
            f"{found.strength[index]:+.3f}",
            f"{found.lower[index]:+.3f} … {found.upper[index]:+.3f}",
        )
    table.caption = "Bradley-Terry: a difference of 1 is odds of 2.7 to 1. Votes count as independent."
    Console().print(table)


def strengths_document(asked: Preferences, found: Strengths) -> dict[str, Any]:
    """The same as plain values."""
    return {
        name: {
            "comparisons": float(asked.comparisons[index].sum()),
            "wins": float(asked.wins[index].sum()),
            "strength": float(found.strength[index]),
            "standard_error": float(found.standard_error[index]),
            "lower": float(found.lower[index]),
            "upper": float(found.upper[index]),
        }
        for index, name in enumerate(found.stimuli)
    }


def print_agreement(found: StudyAgreement) -> None:
    """A table of metrics."""
    table = _table(("metric", "PLCC", "PLCC, curve", "SRCC", "KRCC"))
    for name, each in found.agreements.items():
        shown = [_correlation(part) for part in (each.plcc, each.curve_plcc, each.srcc, each.krcc)]
        table.add_row(Path(name).name, *("\n".join(pair) for pair in shown))
    table.caption = found.caption()
    Console().print(table)


def agreement_document(found: StudyAgreement) -> dict[str, Any]:
    """The same as plain values, with the value of every stimulus."""
    return {
        "caption": found.caption(),
        "protocol": found.protocol_name,
        "opinions_by": found.method,
        "metrics": {name: asdict(each) for name, each in found.agreements.items()},
        "doubts": list(found.doubts),
        "stimuli": {
            name: {"opinion": found.opinions[index], **{key: value[index] for key, value in found.values.items()}}
            for index, name in enumerate(found.stimuli)
        },
    }


def print_quality(card: QualityCard, path: Path) -> None:
    """The figures of a learned metric beside those of others and the ceiling."""
    held_out = card.held_out
    table = _table(("SRCC with held-out raters", "value", "95 %", "learned is better by", "95 %"))
    table.add_row("learned, on held-out pictures", *_correlation(held_out.learned), "", "")
    for name, each in held_out.others.items():
        table.add_row(name, *_correlation(each), *_correlation(held_out.gains[name]))
    table.add_row("ceiling: the other raters", *_correlation(held_out.ceiling), "", "")
    table.caption = (
        f"{held_out.rater_folds} groups of raters times {held_out.content_folds} groups of pictures; "
        f"{held_out.stimuli} stimuli. Kinds of degradation that the study lacks are not judged."
    )
    Console().print(table)
    Console().print(
        f"{path}: fitted to {card.votes} votes of {card.raters} raters on {card.stimuli} stimuli of {card.contents} "
        f"pictures, {'biases removed (P.910)' if card.opinions == 'p910' else 'biases removed (P.913)'}; compares with "
        f"{'a reference' if card.compares_with == 'reference' else 'nothing'}",
        highlight=False,
        soft_wrap=True,
    )


def quality_document(card: QualityCard) -> dict[str, Any]:
    """The card as plain values."""
    return asdict(card)


def _table(headings: Sequence[str]) -> Table:
    table = Table()
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right")
    return table


def _pair(estimate: dict[str, float] | None) -> tuple[str, str]:
    if estimate is None:
        return "–", "–"
    return f"{estimate['value']:.2f}", f"{estimate['lower']:.2f} … {estimate['upper']:.2f}"


def _correlation(found: Coefficient | Figure | None) -> tuple[str, str]:
    if found is None:
        return "–", "–"
    return f"{found.value:.3f}", f"{found.lower:.2f} … {found.upper:.2f}"
