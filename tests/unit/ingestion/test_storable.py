"""What a table cannot hold is a rejected record with a reason, never a crash."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.ingestion.storable import KEY_CHARACTERS, checked, key, text
from schemas.observations import Mention, Observation
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import Feed, Role


def translated(**values: Any) -> Translation:
    base = {"number": "A-1", "key": "A-1", "citation_key": "A-1", "stamp": datetime(2024, 1, 1, tzinfo=UTC)}
    observation = Observation(feed=Feed.RETA_PNP, **{**base, **values})
    return Translation(position=0, rows=(7,), number="A-1", observation=observation, verbatim=b"x")


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"key": "A" * (KEY_CHARACTERS + 1)}, IssueCode.TOO_LARGE, "number"),
        ({"citation_key": "A\x00"}, IssueCode.TOO_LARGE, "number"),
        ({"stamp": datetime(1, 1, 1, tzinfo=UTC)}, IssueCode.STAMP_UNREADABLE, "stamp"),
        ({"reported_at": datetime(9999, 12, 31, tzinfo=UTC)}, IssueCode.STRUCTURE_UNREADABLE, "reported_at"),
        ({"victims_claimed": 10**20}, IssueCode.STRUCTURE_UNREADABLE, "victims_claimed"),
        ({"mentions": (Mention(role=Role.VICTIM, order=2**31),)}, IssueCode.STRUCTURE_UNREADABLE, "order"),
        ({"mentions": (Mention(role=Role.VICTIM, order=1),) * 2}, IssueCode.STRUCTURE_UNREADABLE, "order"),
    ],
)
def test_an_observation_that_does_not_fit_is_rejected(
    values: dict[str, Any], code: IssueCode, field: str
) -> None:
    result = checked(translated(**values))
    assert result.rejected
    assert [(issue.code, issue.field, issue.row) for issue in result.issues] == [(code, field, 7)]


def test_what_fits_passes_untouched() -> None:
    one = translated(mentions=(Mention(role=Role.VICTIM, order=1), Mention(role=Role.SUSPECT, order=1)))
    assert checked(one) is one


def test_nul_is_shown_as_unreadable_and_a_long_number_is_none() -> None:
    assert text("A\x00B") == "A\ufffdB"
    assert key("A" * (KEY_CHARACTERS + 1)) is None
    assert key("A-1") == "A-1"
