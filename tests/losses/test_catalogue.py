"""The catalogue of losses."""

import pytest

from superres.errors import UnknownNameError
from superres.losses.catalogue import LOSSES, loss


@pytest.mark.parametrize("name", LOSSES)
def test_loss_bears_its_own_name(name: str) -> None:
    assert loss(name).__name__ == name


def test_unknown_loss_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no loss is called 'charbonier'; nearest: charbonnier"):
        loss("charbonier")
