"""`superres models`."""

import json

from samples.commands import Call

from superres.models.manifest import shipped


def test_every_shipped_network_is_listed(superres: Call) -> None:
    answer = superres("models")
    assert answer.code == 0
    assert all(entry.name in answer.out for entry in shipped())


def test_json_names_data_recipe_steps_and_figures(superres: Call) -> None:
    listed = json.loads(superres("models", "--json").out)["models"]
    assert [each["name"] for each in listed] == ["rlfn_compact_x2", "rlfn_compact_x3", "rlfn_compact_x4"]
    for each in listed:
        assert each["recipe"].endswith(".toml")
        assert each["steps"] > 0
        assert "bsds" in each["trained_on"]
        assert len(each["sha256"]) == 64
        assert each["set5_psnr_y"] > 30
