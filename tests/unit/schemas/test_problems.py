"""Every code that a sender can meet has its sentence in both languages."""

import pytest

from schemas.problems import ISSUE_SENTENCES
from schemas.translation import IssueCode


@pytest.mark.parametrize("code", IssueCode)
def test_every_issue_code_has_a_sentence_in_spanish_and_in_english(code: IssueCode) -> None:
    sentence = ISSUE_SENTENCES[code]
    for text in sentence:
        assert text.endswith(".")
        assert text[0].isupper()
    assert sentence.es != sentence.en


def test_no_two_codes_say_the_same() -> None:
    assert len({sentence.es for sentence in ISSUE_SENTENCES.values()}) == len(IssueCode)
    assert len({sentence.en for sentence in ISSUE_SENTENCES.values()}) == len(IssueCode)
