"""`superres study`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from samples.commands import Call
from samples.studies import study


def test_commands_are_listed(superres: Call) -> None:
    assert "study" in superres("--help").out
    answer = superres("study", "--help")
    assert all(name in answer.out for name in ("scores", "preferences", "agree", "fit"))


@pytest.mark.parametrize(
    ("arguments", "absent"), [("fit --help", ("torch", "numpy")), ("scores votes.csv", ("torch", "safetensors"))]
)
def test_help_loads_no_numbers_and_scores_load_no_networks(
    tmp_path: Path, arguments: str, absent: tuple[str, ...]
) -> None:
    (tmp_path / "votes.csv").write_text("stimulus,rater,score\na,x,4\na,y,5\n", encoding="utf-8")
    program = f"""
import sys
from superres.apps.cli.main import run
sys.argv = ["superres", "study", *{arguments.split()!r}]
try:
    run()
except SystemExit as end:
    print(end.code or 0, [name for name in {absent!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_scores_have_intervals_and_raters(superres: Call, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    scores = json.loads((Path(__file__).parents[2] / "golden" / "opinion.json").read_text("utf-8"))["bias"][2]["scores"]
    votes = [f"s{i},r{j},{score}\n" for i, row in enumerate(scores) for j, score in enumerate(row) if score is not None]
    path.write_text("stimulus,rater,score\n" + "".join(votes), encoding="utf-8")
    facts = json.loads(superres("study", "scores", path, "--json").out)
    first = facts["stimuli"]["s3"]
    assert first["mean"]["lower"] < first["mean"]["value"] < first["mean"]["upper"]
    assert first["without_bias"]["lower"] < first["without_bias"]["value"]
    assert facts["raters"]["r4"]["inconsistency"]["value"] > 0
    assert (facts["rejected"], facts["doubts"]) == ([], [])
    answer = superres("study", "scores", path)
    assert (answer.code, answer.err) == (0, "")
    assert "s3" in answer.out


def test_what_a_thin_study_does_not_tell_is_said_beside_its_scores(superres: Call, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("stimulus,rater,score\na,x,7\na,y,9\n", encoding="utf-8")
    answer = superres("study", "scores", path, "--highest", "10", "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["stimuli"]["a"]["mean"]["value"] == 8
    assert "no screening: stimulus 'a' has 2 votes" in answer.err
    assert superres("study", "scores", path).code == 2


def test_preferences_become_strengths(superres: Call, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("first,second,preferred\na,b,a\nb,a,a\na,b,a\na,b,b\nb,c,\nc,a,tie\n", encoding="utf-8")
    facts = json.loads(superres("study", "preferences", path, "--json").out)
    assert facts["a"]["strength"] > facts["b"]["strength"]
    assert (facts["a"]["comparisons"], facts["a"]["wins"]) == (5, 3.5)
    table = superres("study", "preferences", path)
    assert table.code == 0
    assert "Bradley-Terry" in table.out


def test_preferences_without_an_answer_end_with_a_sentence(superres: Call, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("first,second,preferred\na,b,a\n", encoding="utf-8")
    answer = superres("study", "preferences", path)
    assert (answer.code, answer.out) == (2, "")
    assert "'a' never lost to 'b'" in answer.err


def test_metrics_are_correlated_with_opinions(superres: Call, tmp_path: Path) -> None:
    places = ("--images", tmp_path / "images", "--references", tmp_path / "references")
    path = study(tmp_path)
    facts = json.loads(superres("study", "agree", path, *places, "--metrics", "psnr,gmsd", "--json").out)
    psnr = facts["metrics"]["psnr"]
    assert psnr["srcc"]["lower"] < psnr["srcc"]["value"] <= psnr["srcc"]["upper"] <= 1
    assert set(facts["stimuli"]["p0_1"]) == {"opinion", "psnr", "gmsd"}
    answer = superres("study", "agree", path, *places)
    assert answer.code == 0
    assert "KRCC" in answer.out


def test_learned_metric_is_a_metric(superres: Call, tmp_path: Path) -> None:
    path, model = study(tmp_path), tmp_path / "quality.safetensors"
    places = ("--images", tmp_path / "images", "--references", tmp_path / "references")
    card = json.loads(superres("study", "fit", path, *places, "-o", model, "--json").out)
    assert card["held_out"]["learned"]["lower"] < card["held_out"]["learned"]["value"]
    folders = (tmp_path / "images", tmp_path / "references")
    compared = json.loads(superres("compare", *folders, "--metrics", f"psnr,{model}", "--json").out)
    assert compared["images"]["p0_1.png"][str(model)] > compared["images"]["p0_4.png"][str(model)]
    assert superres("compare", *folders, "--metrics", model).code == 0
    again = superres("study", "fit", path, *places, "-o", model)
    assert again.code == 2
    assert "--overwrite" in again.err


def test_table_of_a_fit_warns_where_pictures_are_unknown(superres: Call, tmp_path: Path) -> None:
    model = tmp_path / "quality.safetensors"
    answer = superres("study", "fit", study(tmp_path), "--images", tmp_path / "images", "-o", model)
    assert answer.code == 0
    assert "ceiling" in answer.out
    assert "each counts as a picture of its own" in answer.err


@pytest.mark.parametrize("command", ["scores", "preferences"])
def test_missing_table_is_said_in_a_sentence(superres: Call, tmp_path: Path, command: str) -> None:
    answer = superres("study", command, tmp_path / "none.csv")
    assert (answer.code, answer.out) == (2, "")
    assert "no file of votes" in answer.err
