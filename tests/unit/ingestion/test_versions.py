"""The later stamp wins in any order of arrival; the first kept wins under one stamp."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingestion.versions import Version, judge, replaces
from schemas.vocabulary import Outcome

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
LIMA = timezone(timedelta(hours=-5))


def version(hours: int, content: bytes = b"a") -> Version:
    return Version(NOON + timedelta(hours=hours), content)


@pytest.mark.parametrize(
    ("held", "arriving", "outcome"),
    [
        (None, version(0), Outcome.ACCEPTED),
        (version(0), version(1, b"b"), Outcome.ACCEPTED),
        (version(0), version(1), Outcome.ACCEPTED),  # same content, later stamp: a version of its own
        (version(0), version(0), Outcome.REPEATED),
        (version(0), version(0, b"b"), Outcome.CONFLICTING),
        (version(1), version(0), Outcome.SUPERSEDED),
        (version(1), version(0, b"b"), Outcome.SUPERSEDED),
    ],
)
def test_what_becomes_of_an_arriving_version(
    held: Version | None, arriving: Version, outcome: Outcome
) -> None:
    assert judge(held, arriving, has_warnings=False) is outcome


def test_warnings_show_only_where_a_version_is_accepted() -> None:
    assert judge(None, version(0), has_warnings=True) is Outcome.ACCEPTED_WITH_WARNINGS
    assert judge(version(0), version(0), has_warnings=True) is Outcome.REPEATED


def test_one_instant_in_two_offsets_is_one_stamp() -> None:
    utc = Version(datetime(2024, 12, 10, 21, 20, tzinfo=UTC), b"a")
    lima = Version(datetime(2024, 12, 10, 16, 20, tzinfo=LIMA), b"a")
    assert judge(utc, lima, has_warnings=False) is Outcome.REPEATED


def standing_after(arrivals: tuple[Version, ...]) -> Version | None:
    held = None
    for arriving in arrivals:
        if replaces(judge(held, arriving, has_warnings=False)):
            held = arriving
    return held


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_what_stands_at_the_end_does_not_depend_on_the_order_of_arrival(hours: list[int]) -> None:
    arrivals = [version(hour, b"%d" % hour) for hour in hours]  # one content for each stamp: no conflicts
    ends = {standing_after(order) for order in permutations(arrivals)}
    assert ends == {version(max(hours), b"%d" % max(hours))}


def test_of_conflicting_versions_the_first_is_kept() -> None:
    assert standing_after((version(0, b"a"), version(0, b"b"))) == version(0, b"a")
