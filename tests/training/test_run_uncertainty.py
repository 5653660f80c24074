"""The two steps of the uncertainty-driven loss, one stage each."""

from pathlib import Path

import pytest
import torch
from samples.recipes import recipe, stage

from superres.errors import UnknownNameError
from superres.models.uncertainty import read_uncertain
from superres.models.weights import load_network
from superres.training.loop import Progress
from superres.training.recipe import read_recipe
from superres.training.run import train


def steps(steps: int = 6) -> tuple[str, str]:
    """The TOML of both stages."""
    sure = stage("sure", steps=steps).replace("l1 = 1.0", "uncertainty = 1.0")
    driven = stage("driven", "sure", steps=steps).replace("l1 = 1.0", "uncertainty_weighted = 1.0")
    return (
        sure + "\n[stages.terms.uncertainty]\nwidth = 4\n",
        driven + '\n[stages.terms.uncertainty_weighted]\nestimator = "sure"\n',
    )


class StoppedError(Exception):
    """Ends a run."""


def test_both_steps_leave_a_plain_network_and_go_on_bit_for_bit(tmp_path: Path) -> None:
    path = recipe(tmp_path, *steps())
    whole = train(path, output=tmp_path / "whole")
    network, _ = load_network(whole.weights)
    stages = tmp_path / "whole" / "stages"
    first, estimator = (
        load_network(stages / "sure.safetensors")[0],
        read_uncertain(stages / "sure.uncertainty.safetensors"),
    )
    low = torch.rand(1, 3, 16, 16)
    assert network(low).shape == (1, 3, 32, 32)
    torch.testing.assert_close(estimator(low), first(low))

    def stop(_: Progress) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        train(path, output=tmp_path / "run", watch=stop)
    assert train(path, output=tmp_path / "run", resume=True).weights.read_bytes() == whole.weights.read_bytes()


def test_estimator_may_come_from_another_run(tmp_path: Path) -> None:
    first, second = steps(5)
    train(recipe(tmp_path / "one", first), output=tmp_path / "one" / "run")
    file = tmp_path / "one" / "run" / "stages" / "sure.uncertainty.safetensors"
    alone = second.replace('estimator = "sure"', f'estimator = "{file}"').replace('start = "sure"', 'start = "random"')
    train(recipe(tmp_path / "two", alone), output=tmp_path / "two" / "run")


def test_missing_estimator_is_named_before_the_first_step(tmp_path: Path) -> None:
    _, second = steps(5)
    alone = second.replace('estimator = "sure"', 'estimator = "absent.safetensors"').replace('"sure"', '"random"')
    with pytest.raises(FileNotFoundError, match=r"absent\.safetensors"):
        train(recipe(tmp_path, alone), output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_layer_that_the_network_lacks_is_answered_with_the_nearest(tmp_path: Path) -> None:
    first, second = steps(5)
    path = recipe(tmp_path, first.replace("width = 4", 'layer = "upsamle"'), second)
    with pytest.raises(UnknownNameError, match=r"no layer of the network.* is called 'upsamle'; nearest: upsample"):
        read_recipe(path)


def test_table_of_a_term_is_read_strictly(tmp_path: Path) -> None:
    first, second = steps(5)
    path = recipe(tmp_path, first.replace("width = 4", "widht = 4"), second)
    with pytest.raises(UnknownNameError, match=r"no key of \[stages.0.terms.uncertainty\] is called 'widht'"):
        read_recipe(path)
    path.write_text(path.read_text("utf-8").replace("terms.uncertainty]", "terms.uncertanty]"), encoding="utf-8")
    with pytest.raises(UnknownNameError, match=r"no key of \[stages.0.terms\] is called 'uncertanty'"):
        read_recipe(path)
