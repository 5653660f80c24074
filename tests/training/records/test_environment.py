"""What a run was made with."""

import torch

from superres.training.records.environment import environment, resolve_precision

CPU = torch.device("cpu")


def test_environment_names_what_changes_digits() -> None:
    facts = environment(CPU, torch.bfloat16, data_sha256="abc", validation_sha256="def")
    assert (facts.torch, facts.precision) == (torch.__version__, "bfloat16")
    assert (facts.data_sha256, facts.validation_sha256) == ("abc", "def")
    assert facts.threads == torch.get_num_threads()


def test_asked_precision_is_given() -> None:
    assert resolve_precision("float32", CPU) == torch.float32
    assert resolve_precision("bfloat16", CPU) == torch.bfloat16


def test_auto_takes_bfloat16_only_where_it_is_native() -> None:
    native = torch.cpu._is_avx512_bf16_supported()
    assert resolve_precision("auto", CPU) == (torch.bfloat16 if native else torch.float32)
