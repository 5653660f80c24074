"""The catalogue of losses."""

from dataclasses import fields
from pathlib import Path

import pytest

from superres.errors import InvalidConfigError, UnknownNameError
from superres.losses.catalogue import LOSSES, TermSettings, check_terms, loss, term
from superres.losses.content import ContentSettings
from superres.losses.loss import Nothing

FOLDER = Path(__file__).parents[2] / "src" / "superres" / "losses"


@pytest.mark.parametrize("name", LOSSES)
def test_loss_bears_its_own_name_and_says_where_it_comes_from(name: str) -> None:
    assert loss(name).name == name
    assert loss(name).source


def test_catalogue_lists_every_file() -> None:
    text = (FOLDER / "catalogue.py").read_text("utf-8")
    files = [path.stem for path in FOLDER.glob("*.py") if "\nLOSSES = (" in path.read_text("utf-8")]
    assert len(files) == 9
    assert all(f"superres.losses.{name}" in text or f" {name}," in text for name in files)


def test_every_loss_with_settings_has_a_table_in_recipes() -> None:
    tables = {each.name for each in fields(TermSettings)}
    assert tables == {name for name, known in LOSSES.items() if known.settings is not Nothing}


def test_unknown_loss_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no loss is called 'charbonier'; nearest: charbonnier"):
        loss("charbonier")


def test_loss_that_needs_settings_asks_for_them() -> None:
    with pytest.raises(InvalidConfigError, match=r"give it a table \[stages.terms.distillation\]"):
        term("distillation")
    with pytest.raises(InvalidConfigError, match=r"give it a table \[stages.terms.uncertainty_weighted\]"):
        check_terms({"uncertainty_weighted": 1.0}, TermSettings())


def test_table_without_its_term_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="but loss has no term content"):
        check_terms({"l1": 1.0}, TermSettings(content=ContentSettings()))


def test_uncertainty_stands_alone() -> None:
    with pytest.raises(InvalidConfigError, match="uncertainty stands alone"):
        check_terms({"l1": 1.0, "uncertainty": 1.0}, TermSettings())
