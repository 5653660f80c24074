"""The catalogue of metrics."""

from pathlib import Path

import pytest

import superres.metrics
from superres.errors import UnknownNameError
from superres.metrics.catalogue import METRICS, metric
from superres.metrics.metric import Metric


def test_catalogue_lists_every_file_with_a_metric() -> None:
    folder = Path(superres.metrics.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "METRIC = Metric(" in path.read_text("utf-8")}
    assert files == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_metric_bears_the_name_of_its_file(name: str) -> None:
    found = metric(name)
    assert isinstance(found, Metric)
    assert found.name == name


@pytest.mark.parametrize("name", METRICS)
def test_metric_names_its_source(name: str) -> None:
    assert metric(name).source


def test_unknown_metric_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no metric is called 'pnsr'; nearest: psnr"):
        metric("pnsr")
