"""Is a feed alive? Pure rules over its deliveries.

RETA-PNP was dark for months in 2012 and published figures stood still from 2014, and nobody was told: so
silence, standstill and drift are alerts, each with a stable code and a sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median

from schemas.registry import FeedAlert, FeedHealth
from schemas.vocabulary import Feed

DAY = timedelta(days=1)
WINDOW = timedelta(days=28)  # what is called "now" when shares are compared with the feed's own past
SILENCE_FACTOR = 3  # times the expected cadence
STALLED_DELIVERIES = 3  # deliveries in a row that brought nothing new
DRIFT_Z = 3.0  # standard errors between the window's share and the past's
DRIFT_POINTS = 0.05  # and at least this much apart
MIN_DELIVERIES = 4  # fewer tell no cadence

# Days between deliveries that each institution is expected to keep, until its own history tells.
EXPECTED_DAYS = {Feed.RETA_PNP: 7.0, Feed.SISTRA: 1.0, Feed.PODER_JUDICIAL: 31.0, Feed.LINEA_1818: 7.0}


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """One day's finished batches. ``fresh`` is accepted, with warnings or not."""

    at: datetime
    received: int
    fresh: int
    warned: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a feed and when it was last heard, however long ago."""

    records: int
    last_stamp: datetime | None
    last_received_at: datetime | None
    last_fresh_at: datetime | None  # last delivery that brought something new
    failed: int = 0  # deliveries of the window that could not be taken in
    last_failed_at: datetime | None = None


def health(feed: Feed, held: Held, deliveries: Sequence[DeliveryFacts], now: datetime) -> FeedHealth:
    """``deliveries`` in order of time. Shares are None where nothing was received."""
    cadence = _cadence([item.at for item in deliveries if item.fresh])
    silence = None if held.last_fresh_at is None else (now - held.last_fresh_at) / DAY
    recent = [item for item in deliveries if now - item.at <= WINDOW]
    past = [item for item in deliveries if now - item.at > WINDOW]
    alerts = (
        *_silent(feed, held, cadence, silence),
        *_stalled(deliveries),
        *_failing(held),
        *_drift("warning", recent, past),
        *_drift("rejection", recent, past),
    )
    return FeedHealth(
        feed=feed,
        records=held.records,
        last_received_at=held.last_received_at,
        last_stamp=held.last_stamp,
        expected_cadence_days=cadence or EXPECTED_DAYS[feed],
        silence_days=None if silence is None else round(silence, 2),
        window_days=WINDOW.days,
        failed_batches=held.failed,
        last_failed_at=held.last_failed_at,
        received=sum(item.received for item in recent),
        warning_share=_share("warning", recent),
        rejection_share=_share("rejection", recent),
        usual_warning_share=_share("warning", past),
        usual_rejection_share=_share("rejection", past),
        alerts=alerts,
    )


def _cadence(fresh: Sequence[datetime]) -> float | None:
    """Median days between deliveries that brought something new; None while there are too few."""
    gaps = [(later - earlier) / DAY for earlier, later in pairwise(fresh)]
    return round(median(gaps), 2) if len(fresh) >= MIN_DELIVERIES and median(gaps) > 0 else None


def _silent(feed: Feed, held: Held, cadence: float | None, silence: float | None) -> list[FeedAlert]:
    if held.last_received_at is None and held.last_failed_at is None:
        es, en = "Nunca se ha recibido nada de esta fuente.", "Nothing was ever received."
        return [FeedAlert(code="never_heard", es=es, en=en)]
    if silence is None:
        es = "De lo recibido de esta fuente, nada se pudo aceptar nunca."
        return [
            FeedAlert(code="nothing_usable", es=es, en="Nothing that was received could ever be accepted.")
        ]
    # an institution's own past may speak more often than its duty, or less: the longer of both is allowed
    allowed = SILENCE_FACTOR * max(cadence or 0.0, EXPECTED_DAYS[feed])
    if silence <= allowed:
        return []
    days = round(silence)
    return [
        FeedAlert(
            code="silent",
            es=f"Sin datos nuevos desde hace {days} días; se esperaban cada {allowed / SILENCE_FACTOR:g}.",
            en=f"Nothing new for {days} days; expected every {allowed / SILENCE_FACTOR:g}.",
        )
    ]


def _stalled(deliveries: Sequence[DeliveryFacts]) -> list[FeedAlert]:
    last = deliveries[-STALLED_DELIVERIES:]
    if len(last) < STALLED_DELIVERIES or any(item.fresh for item in last):
        return []
    return [
        FeedAlert(
            code="standing_still",
            es=f"Las últimas {STALLED_DELIVERIES} entregas no traen ningún cambio: la cifra está detenida.",
            en=f"The last {STALLED_DELIVERIES} deliveries brought no change: the figure stands still.",
        )
    ]


def _failing(held: Held) -> list[FeedAlert]:
    """What came last did not get in: the feed is not silent, and nothing new is heard of it."""
    if held.last_failed_at is None or (held.last_received_at and held.last_received_at > held.last_failed_at):
        return []
    return [
        FeedAlert(
            code="failing",
            es="La última entrega no se pudo procesar; ninguna posterior la reemplaza.",
            en="The last delivery could not be taken in, and none after it has been.",
        )
    ]


def _counted(kind: str, items: Sequence[DeliveryFacts]) -> tuple[int, int]:
    hits = sum(item.warned if kind == "warning" else item.rejected for item in items)
    return hits, sum(item.received for item in items)


def _share(kind: str, items: Sequence[DeliveryFacts]) -> float | None:
    hits, total = _counted(kind, items)
    return round(hits / total, 4) if total else None


def _drift(kind: str, recent: Sequence[DeliveryFacts], past: Sequence[DeliveryFacts]) -> list[FeedAlert]:
    """Two-proportion z test of the window against the feed's own past."""
    hits, total = _counted(kind, recent)
    before, base = _counted(kind, past)
    if not total or not base:
        return []
    pooled = (hits + before) / (total + base)
    error = sqrt(pooled * (1 - pooled) * (1 / total + 1 / base))
    gap = hits / total - before / base
    if error == 0 or abs(gap) / error < DRIFT_Z or abs(gap) < DRIFT_POINTS:
        return []
    names = {"warning": ("con advertencias", "with warnings"), "rejection": ("rechazados", "rejected")}
    es, en = names[kind]
    return [
        FeedAlert(
            code=f"{kind}_drift",
            es=f"Registros {es}: {hits / total:.1%} en {WINDOW.days} días, antes {before / base:.1%}.",
            en=f"Records {en}: {hits / total:.1%} in {WINDOW.days} days, {before / base:.1%} before.",
        )
    ]
