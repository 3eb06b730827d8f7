"""A silent feed, a figure that stands still and a drift are told; a healthy feed is left in peace."""

from datetime import UTC, datetime, timedelta

from app.registry.health import DeliveryFacts, health
from schemas.vocabulary import Feed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def weekly(weeks: int, *, until: datetime = NOW, fresh: int = 10, rejected: int = 0) -> list[DeliveryFacts]:
    return [
        DeliveryFacts(until - timedelta(weeks=back), 100, fresh, 0, rejected)
        for back in reversed(range(weeks))
    ]


def codes(deliveries: list[DeliveryFacts], feed: Feed = Feed.RETA_PNP) -> list[str]:
    return [alert.code for alert in health(feed, 5, NOW, deliveries, NOW).alerts]


def test_a_feed_that_keeps_its_cadence_raises_nothing() -> None:
    found = health(Feed.RETA_PNP, 5, NOW, weekly(20), NOW)
    assert found.alerts == ()
    assert found.expected_cadence_days == 7


def test_silence_beyond_three_times_the_cadence_is_an_alert() -> None:
    assert codes(weekly(20, until=NOW - timedelta(days=20))) == []
    assert codes(weekly(20, until=NOW - timedelta(days=22))) == ["silent"]


def test_a_feed_never_heard_of_is_an_alert() -> None:
    assert codes([]) == ["never_heard"]


def test_deliveries_that_bring_nothing_new_are_a_standstill_though_the_line_is_alive() -> None:
    assert codes([*weekly(20, until=NOW - timedelta(weeks=2)), *weekly(2, fresh=0)]) == []
    assert codes([*weekly(20, until=NOW - timedelta(weeks=3)), *weekly(3, fresh=0)]) == ["standing_still"]


def test_a_share_of_rejections_far_from_the_feeds_own_past_is_drift() -> None:
    past = weekly(20, until=NOW - timedelta(weeks=5), rejected=2)
    assert codes([*past, *weekly(4, rejected=3)]) == []
    assert codes([*past, *weekly(4, rejected=15)]) == ["rejection_drift"]


def test_shares_are_unknown_where_nothing_was_received() -> None:
    found = health(Feed.SISTRA, 0, None, [], NOW)
    assert found.warning_share is None
    assert found.silence_days is None
