"""Sentences of recipes."""

import pytest

from superres.errors import InvalidConfigError, UnknownNameError
from superres.training.claims import about, require, require_plain_name


def test_what_is_true_is_let_through_and_what_is_not_says_its_sentence() -> None:
    require(claim=True, sentence="unseen")
    with pytest.raises(InvalidConfigError, match=r"^steps must be at least 1$"):
        require(claim=False, sentence="steps must be at least 1")


@pytest.mark.parametrize("error", [InvalidConfigError, UnknownNameError])
def test_sentence_begins_with_what_it_is_about(error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^stage 'first': nothing fits$"), about("stage 'first'"):
        raise error("nothing fits")


@pytest.mark.parametrize("name", ["", "a b", "../a", "a.b"])
def test_name_that_could_not_be_a_files_is_refused(name: str) -> None:
    with pytest.raises(InvalidConfigError, match="letters, digits, - and _ only"):
        require_plain_name("stage", name)
    require_plain_name("stage", "second-restart_2")
