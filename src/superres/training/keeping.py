"""Which weights a stage keeps, and what of the network that has learned them."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from superres.metrics.catalogue import metric
from superres.models.card import Card
from superres.models.weights import read_weights, write_weights
from superres.training.companions import completed, left_alone
from superres.training.folders import RunFolder
from superres.training.objectives.checking import LAST
from superres.training.stage import Stage


def keep_if_better(
    folder: RunFolder, stage: Stage, network: nn.Module, *, trained: Card, made: Card, figure: str
) -> None:
    """Write a stage's weights, unless those that it has kept so far are better.

    Args:
        folder: Of the run.
        stage: Says what better is.
        network: Its averaged weights. What has learned beside the network is not part of them; see `left_alone`.
        trained: Card of the network.
        made: Card of the file, with the figures that the weights reach.
        figure: Name of the figure that counts.
    """
    best = folder.best_of(stage.name)
    # The file itself says what it reaches, so that no kill can part the weights from their figure.
    if best.exists() and not is_better(made.figures, read_weights(best)[1].figures, keep=stage.keep, figure=figure):
        return
    write_weights(best, left_alone(network, stage, trained, folder).state_dict(), completed(made, network))


def is_better(new: Mapping[str, float], kept: Mapping[str, float], *, keep: str, figure: str) -> bool:
    """Whether weights take the place of those that the stage has kept so far.

    Args:
        new: Their figures on the validation images.
        kept: Those of the kept weights.
        keep: `last`, or the name of a metric.
        figure: Under which name the metric's value stands.
    """
    if keep == LAST:
        return True
    return new[figure] > kept[figure] if metric(keep).higher_is_better else new[figure] < kept[figure]
