"""What this machine has, as a user asks for it."""

import json

import pytest
from typer.testing import CliRunner

from superres.apps.cli.main import tree
from superres.inference import calibration


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "BUDGET", 0.0)


def test_engines_codecs_timings_and_the_choice_are_told() -> None:
    found = json.loads(CliRunner().invoke(tree(), ["doctor", "--json", "-m", "ecbsr_tiny_x4"]).stdout)
    assert {each["name"] for each in found["engines"]} == {"openvino", "onnxruntime", "ncnn", "pytorch"}
    assert all(each["version"] and each["devices"] for each in found["engines"])
    assert found["codecs"]["AVIF"] == {"is_read": True, "is_written": True}
    assert {"libx264", "libx265", "libsvtav1"} <= set(found["film_encoders"])
    fastest = min(found["timings"], key=lambda each: each["milliseconds"])["engine"]
    assert found["chosen_for_small_images"] == fastest
    assert found["chosen"] in ("openvino", fastest)
    assert found["cores"] >= 1


def test_tables_are_drawn_for_a_person() -> None:
    answer = CliRunner().invoke(tree(), ["doctor", "-m", "ecbsr_tiny_x4", "--precision", "float32"])
    assert answer.exit_code == 0
    assert "← taken" in answer.stdout
    assert "openvino" in answer.stdout
    assert "films are encoded by: libx264" in answer.stdout


def test_unknown_model_is_refused() -> None:
    answer = CliRunner().invoke(tree(), ["doctor", "-m", "nothing_x4"])
    assert "no model is called 'nothing_x4'" in str(answer.exception)
