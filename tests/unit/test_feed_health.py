"""A silent feed, a figure that stands still and a drift are told; a healthy feed is left in peace."""

from datetime import UTC, datetime, timedelta

from app.registry.health import DeliveryFacts, Held, health
from schemas.registry import FeedHealth
from schemas.vocabulary import Feed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def weekly(weeks: int, *, until: datetime = NOW, fresh: int = 10, rejected: int = 0) -> list[DeliveryFacts]:
    return [
        DeliveryFacts(until - timedelta(weeks=back), 100, fresh, 0, rejected)
        for back in reversed(range(weeks))
    ]


def told(
    deliveries: list[DeliveryFacts], feed: Feed = Feed.RETA_PNP, *, fresh_at: datetime | None = None
) -> FeedHealth:
    heard = deliveries[-1].at if deliveries else fresh_at
    fresh = max((item.at for item in deliveries if item.fresh), default=fresh_at)
    return health(feed, Held(5, NOW, heard, fresh), deliveries, NOW)


def codes(deliveries: list[DeliveryFacts], feed: Feed = Feed.RETA_PNP) -> list[str]:
    return [alert.code for alert in told(deliveries, feed).alerts]


def test_a_feed_that_keeps_its_cadence_raises_nothing() -> None:
    found = told(weekly(20))
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


def test_a_last_delivery_that_could_not_be_taken_in_is_an_alert_until_another_is() -> None:
    def alerts(failed_at: datetime) -> list[str]:
        held = Held(5, NOW, NOW, NOW, failed=1, last_failed_at=failed_at)
        return [alert.code for alert in health(Feed.SISTRA, held, weekly(20), NOW).alerts]

    assert alerts(NOW - timedelta(hours=1)) == []
    assert alerts(NOW + timedelta(hours=1)) == ["failing"]


def test_shares_are_unknown_where_nothing_was_received() -> None:
    found = told([], Feed.SISTRA)
    assert found.warning_share is None
    assert found.silence_days is None


def test_a_feed_heard_before_anybody_remembers_is_silent_and_not_unheard_of() -> None:
    found = told([], fresh_at=NOW - timedelta(days=700))
    assert [alert.code for alert in found.alerts] == ["silent"]
    assert found.silence_days == 700


def test_a_feed_of_which_nothing_was_ever_accepted_says_so() -> None:
    deliveries = weekly(2, fresh=0, rejected=100)
    assert codes(deliveries) == ["nothing_usable"]
