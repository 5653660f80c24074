"""Several processes that train one network: each takes its share of every batch, and all make the same step.

`torchrun --nproc_per_node 2 -m superres train RECIPE` starts two. Lightning Fabric joins them, by NCCL on GPUs and by
gloo on processors, and PyTorch's DistributedDataParallel averages their gradients. What one process would have computed
comes out, but for rounding, as long as the loss of a batch is the mean of its patches' losses and no layer mixes
patches: batch normalisation sees a share only. The first process alone measures and writes.
"""

from __future__ import annotations

import os
from typing import cast

import torch
from lightning_fabric import Fabric
from torch import Tensor, distributed

from superres.errors import InvalidConfigError


def processes() -> int:
    """How many were started together; 1 where `torchrun` started none."""
    return int(os.environ["WORLD_SIZE"]) if distributed.is_torchelastic_launched() else 1


def open_fabric(precision: torch.dtype) -> Fabric:
    """Device, precision and the connection to the other processes, for which this one waits.

    Args:
        precision: bfloat16 mixes it with float32; anything else is float32.
    """
    mixed = "bf16-mixed" if precision == torch.bfloat16 else "32-true"
    count = processes()
    if count == 1:
        return Fabric(accelerator="auto", devices=1, precision=mixed)
    here = int(os.environ["LOCAL_WORLD_SIZE"])
    fabric = Fabric(accelerator="auto", devices=here, num_nodes=count // here, strategy="ddp", precision=mixed)
    fabric.launch()
    return fabric


def close_fabric() -> None:
    """Leave the other processes, where there are any."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def check_shares(stage: str, *, batch_size: int, alone: str, count: int) -> None:
    """Refuse a stage that cannot be shared.

    Args:
        stage: Its name.
        batch_size: Of the whole batch.
        alone: What of it needs one process, such as `an adversarial stage`, whose verdicts may compare patches with
            each other; empty where nothing does.
        count: Processes.

    Raises:
        InvalidConfigError: If the shares would differ in size, or the stage needs one process.
    """
    if batch_size % count:
        raise InvalidConfigError(f"stage {stage!r}: a batch_size of {batch_size} cannot be shared by {count} processes")
    if alone and count > 1:
        raise InvalidConfigError(f"stage {stage!r}: {alone} needs one process, not {count}")


def share(batch: Tensor, fabric: Fabric) -> Tensor:
    """This process's patches of a batch (N, ...); a view."""
    size = len(batch) // fabric.world_size
    return batch[fabric.global_rank * size :][:size]


def mean_of_all(value: Tensor, fabric: Fabric) -> Tensor:
    """The mean of a number over all processes; the number itself where there is one."""
    if fabric.world_size == 1:
        return value
    return cast("Tensor", fabric.all_reduce(value, reduce_op="mean"))
