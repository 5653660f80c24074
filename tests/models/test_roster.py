"""The networks' costs, written down."""

from pathlib import Path

import pytest

from superres.models.catalogue import ARCHITECTURES, variants
from superres.models.listing import counted
from superres.models.roster import ROSTER, roster, write_roster


def test_every_variant_is_written_down() -> None:
    assert [each.name for each in roster()] == sorted(variants()), "run scripts/roster.py"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_is_written_down_is_what_is_counted(architecture: str) -> None:
    written = [each for each in roster() if each.architecture == architecture]
    assert written == list(counted([architecture])), "run scripts/roster.py"


def test_writing_it_down_again_changes_nothing(tmp_path: Path) -> None:
    write_roster(tuple(reversed(roster())), tmp_path / "roster.json")
    assert (tmp_path / "roster.json").read_bytes() == ROSTER.read_bytes()


# Published: the numbers of parameters with the authors' code, the MACs in the paper of CARN (arXiv:1803.08664, table 1)
# and, for IMDN, in arXiv:1909.11856, table 4.
@pytest.mark.parametrize(
    ("name", "parameters", "giga_macs"),
    [("edsr_x4", 43_089_923, None), ("edsr_baseline_x2", 1_369_859, 316.2), ("imdn_x2", 694_404, 158.8)],
)
def test_published_figures_are_in_it(name: str, parameters: int, giga_macs: float | None) -> None:
    (found,) = (each for each in roster() if each.name == name)
    assert found.parameters == parameters
    assert giga_macs is None or found.macs / 1e9 == pytest.approx(giga_macs, abs=0.06)
