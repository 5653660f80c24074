"""Which engine opens which model."""

import subprocess
import sys

import pytest

from superres.errors import InvalidWeightsError, UnknownNameError
from superres.inference.backends.catalogue import open_model


def test_network_without_weights_is_refused_with_those_that_have_some() -> None:
    with pytest.raises(InvalidWeightsError, match=r"edsr_x4 is an architecture without weights.*rlfn_compact_x4"):
        open_model("edsr_x4")


def test_name_of_nothing_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no model is called 'rlfn_compact_x5'; nearest: rlfn_compact_x"):
        open_model("rlfn_compact_x5")


def test_refusing_a_network_without_weights_needs_no_pytorch() -> None:
    program = """
import sys
from superres.inference.backends.catalogue import open_model
try:
    open_model("edsr_x4")
except ValueError:
    assert "torch" not in sys.modules
else:
    raise SystemExit(1)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
