"""What learns beside a network in a stage, and stays behind when its weights are given out.

A head that says how sure the network is, one that tells kinds of images, the resampler in front of it, the networks of
other scales that share its trunk, or the ends by which layers compute in 8 bit.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.models.card import Card
from superres.models.catalogue import build_from_card
from superres.models.resampler import Resampler, read_resampler, write_resampler
from superres.models.uncertainty import Uncertain, write_uncertain
from superres.models.weights import fill, write_weights
from superres.training.folders import RunFolder
from superres.training.objectives.estimating import with_head
from superres.training.stage import Stage
from superres.training.strategies.categories import Categorising, cross_entropy
from superres.training.strategies.joint_scales import JointScales, card_at
from superres.training.strategies.quantization import Quantized
from superres.training.strategies.resampling import Resampled


def accompanied(network: nn.Module, stage: Stage, card: Card, *, classes: int, folder: RunFolder) -> nn.Module:
    """The network with what learns beside it in a stage; itself where nothing does.

    Args:
        network: With the weights that the stage starts from.
        stage: Its settings.
        card: Of the network.
        classes: Kinds of images that the recipe has labels for.
        folder: Of the run, where the stage before may have left the same companions; otherwise fresh ones are made.

    Raises:
        InvalidWeightsError: If what it has left is damaged.
    """
    if stage.is_sure:
        return with_head(network, card, stage.terms)
    if stage.classification is not None:
        return Categorising(network, card, stage.classification.layer, classes)
    if stage.resampling is not None:
        left = folder.resampler_of(stage.start)
        fresh = Resampler(stage.resampling.config(card.scale))
        return Resampled(network, read_resampler(left) if left.exists() else fresh, stage.resampling)
    if stage.quantization is not None:
        return Quantized(network, stage.quantization.layers)
    if stage.joint_scales and card.highest_scale is None:
        joint = JointScales(network, card, stage.joint_scales)
        joint.start({scale: folder.sibling_of(stage.start, scale) for scale in joint.other_scales})
        return joint
    return network


def left_alone(network: nn.Module, stage: Stage, card: Card, folder: RunFolder) -> nn.Module:
    """The network itself; what has learned beside it is written into files of its own, a head for kinds into none.

    Args:
        network: What `accompanied` made, or its average.
        stage: Its settings.
        card: Of the network.
        folder: Of the run.
    """
    match network:
        case Uncertain():
            write_uncertain(folder.estimator_of(stage.name), network, card)
            return network.network
        case Resampled():
            write_resampler(folder.resampler_of(stage.name), network.resampler)
            return network.network
        case JointScales():
            for scale in network.other_scales:
                path = folder.sibling_of(stage.name, scale)
                write_weights(path, network.at(scale).state_dict(), card_at(card, scale))
            return network.network
        case Quantized():
            plain = build_from_card(card)
            fill(plain, network.plain_weights(), card.name)
            return plain
        case Categorising():
            return network.network
        case _:
            return network


def completed(card: Card, network: nn.Module) -> Card:
    """The card of what a stage leaves, with what a companion adds to it: the ends that 8 bit has learned."""
    return replace(card, ranges=dict(network.ranges())) if isinstance(network, Quantized) else card


def own_terms(network: nn.Module, stage: Stage, labels: Tensor | None) -> Tensor | float:
    """What companions add to the loss of the images that the network has just seen; 0 where there are none.

    Args:
        network: What `accompanied` made.
        stage: Its settings.
        labels: Kinds of the images, (N,), where the stage learns them.

    Raises:
        InvalidConfigError: If kinds are to be learned by a network without a head for them.
    """
    if isinstance(network, Resampled):
        return network.disorder()
    if labels is None or stage.classification is None:
        return 0.0
    if not isinstance(network, Categorising):
        raise InvalidConfigError(f"stage {stage.name!r}: only a network with a head for categories can learn them")
    return stage.classification.weight * cross_entropy(network.logits(), labels)
