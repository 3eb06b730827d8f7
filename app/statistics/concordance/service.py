"""The concordance of the four feeds, for a period and an offence family."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_ORDER
from app.registry.errors import PeriodBackwards
from app.security.reach import EVERYTHING, Reach
from app.statistics.asking import QuestionInvalid
from app.statistics.concordance import rules
from app.statistics.concordance.repository import ConcordanceRepository
from app.statistics.concordance.spread import quartiles
from app.statistics.readers import refuse_one_feed
from schemas.concordance import (
    Concordance,
    FunnelFigure,
    Lag,
    MembershipCell,
    Milestone,
    Quartiles,
    ReconciledTotals,
    SourceFigures,
)
from schemas.vocabulary import DateBasis, Feed, OffenceFamily

_CELLS = tuple("".join(bits) for bits in product("10", repeat=len(FEED_ORDER)))[:-1]
Counts = Mapping[tuple[str, str], int]  # by part and code
Heard = Mapping[str, date]


class ConcordanceService:
    """Wants a session that sees one snapshot. ``reach``: that of the caller, the registry or a region."""

    def __init__(self, session: AsyncSession, reach: Reach = EVERYTHING) -> None:
        self._reach = reach
        self._repository = ConcordanceRepository(session, reach.department)

    async def concordance(
        self,
        family: OffenceFamily,
        since: date | None,
        until: date | None,
        basis: DateBasis = DateBasis.REPORT,
        unfinished: tuple[str, ...] = (),
    ) -> Concordance:
        """Both days are included; ``unfinished`` is told of the period that they are. Raises PeriodBackwards,
        QuestionInvalid, OwnFiguresOnly."""
        refuse_one_feed(self._reach)
        if basis not in rules.BASES:
            raise QuestionInvalid("date_basis", rules.BASES)
        if since is not None and until is not None and until < since:
            raise PeriodBackwards
        heard = await self._repository.heard()
        mark = await self._repository.mark()
        counts: Counter[tuple[str, str]] = Counter()
        endings: dict[str, list[rules.Found]] = defaultdict(list)
        for row in await self._repository.counted(family, since, until, basis):
            counts[row["part"], row["code"]] += row["counted"]
            endings[row["part"]].append(rules.Found(row["code"], row["days"], row["counted"]))
        return Concordance(
            since=since,
            until=until,
            unfinished=unfinished,
            offence_family=family,
            date_basis=basis,
            sources=tuple(_source(counts, feed, heard) for feed in FEED_ORDER),
            reconciled=ReconciledTotals(
                cases=_known(counts, "cases", range(len(FEED_ORDER))),
                victims=_known(counts, "victims", range(len(FEED_ORDER))),
                undated_cases=counts["undated", "cases"],
                undated_victims=counts["undated", "victims"],
            ),
            membership=tuple(
                MembershipCell(feeds=cell, cases=counts["cases", cell], victims=counts["victims", cell])
                for cell in _CELLS
            ),
            lags=tuple(_lag(start, end, endings[start], heard) for start, end in rules.STRETCHES),
            funnel=tuple(
                FunnelFigure(step=step, cases=counts["funnel", step], anyway=counts["anyway", step])
                for step in rules.STEPS
            ),
            definitions=rules.DEFINITIONS,
            position=mark["position"],
            counted_at=mark["at"],
        )


def _known(counts: Counts, part: str, places: Sequence[int]) -> int:
    """What at least one of the feeds at these places knows of."""
    return sum(counts[part, cell] for cell in _CELLS if any(cell[place] == "1" for place in places))


def _source(counts: Counts, feed: Feed, heard: Heard) -> SourceFigures:
    place = (FEED_ORDER.index(feed),)
    return SourceFigures(
        feed=feed,
        records=counts["records", feed],
        victim_mentions=counts["mentions", feed],
        cases=_known(counts, "cases", place),
        victims=_known(counts, "victims", place),
        heard_until=heard.get(feed),
    )


def _lag(start: Milestone, end: Milestone, found: Sequence[rules.Found], heard: Heard) -> Lag:
    def of(ending: str) -> int:
        return sum(each.counted for each in found if each.ending == ending)

    def spread(ending: str) -> Quartiles | None:
        return quartiles(
            {each.days: each.counted for each in found if each.ending == ending and each.days is not None}
        )

    started = (rules.MEASURED, rules.CONTRADICTING, rules.UNDATED, rules.NOT_ARRIVED)
    return Lag(
        start=start,
        end=end,
        cases=sum(map(of, started)),
        measured=of(rules.MEASURED),
        contradicting=of(rules.CONTRADICTING),
        undated=of(rules.UNDATED),
        not_arrived=of(rules.NOT_ARRIVED),
        without_start=of(rules.WITHOUT_START),
        days=spread(rules.MEASURED),
        waited=spread(rules.NOT_ARRIVED),
        heard_until=heard.get(rules.FEED_OF[end]),
    )
