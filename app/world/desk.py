"""What every institution's desk does alike: give numbers, cite, write facts and places, send versions."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from app.world import troubles
from app.world.cases import LAST_DAY, TrueCase
from app.world.places import District, districts
from app.world.rates import Rates
from app.world.records import History, SaidCitation, SaidPlace, SaidRecord
from schemas.vocabulary import Feed, OffenceFamily

_REMEMBERED = 2_000  # numbers per feed among which a wrong citation is chosen
LAST_STAMP = datetime.combine(LAST_DAY, time(23))
_OTHER_FAMILY = {
    OffenceFamily.TRAFFICKING: OffenceFamily.RELATED,
    OffenceFamily.RELATED: OffenceFamily.TRAFFICKING,
    OffenceFamily.SMUGGLING: OffenceFamily.TRAFFICKING,
}


@lru_cache(maxsize=1)
def _unmistakable() -> frozenset[str]:
    """Names that only one district bears and no province or department."""
    seen = Counter(district.district for district in districts())
    taken = {d.province for d in districts()} | {d.department for d in districts()}
    return frozenset(name for name, count in seen.items() if count == 1 and name not in taken)


class Desk:
    """State shared by the four institutions of one world: the random source, rates, counters of numbers."""

    def __init__(self, rng: Random, rates: Rates) -> None:
        self.rng = rng
        self.rates = rates
        self._counters: dict[str, int] = {}
        self._recent: dict[Feed, list[str]] = {feed: [] for feed in Feed}

    def next(self, series: str) -> int:
        """The next number of a series; gaps as in life, never the same twice."""
        step = 1 if self.rng.random() < 0.7 else 1 + int(self.rng.random() * 4)
        number = self._counters.get(series, 0) + step
        self._counters[series] = number
        return number

    def remember(self, feed: Feed, number: str) -> None:
        recent = self._recent[feed]
        if len(recent) < _REMEMBERED:
            recent.append(number)
        else:
            recent[int(self.rng.random() * _REMEMBERED)] = number

    # --- citations
    def cite(self, feed: Feed, number: str | None, share: float = 1.0) -> tuple[SaidCitation, ...]:
        """How a clerk writes another record's number, if at all; ``share`` scales the chance of it."""
        rng, rates = self.rng, self.rates
        recent = self._recent[feed]
        if number is None:
            stray = recent and rng.random() < rates.citation_wrong * 0.15
            return (SaidCitation(feed, rng.choice(recent), wrong=True),) if stray else ()
        if rng.random() >= rates.cited * share:
            return ()
        roll = rng.random()
        if roll < rates.citation_wrong and recent:
            other = rng.choice(recent)
            return (SaidCitation(feed, other, wrong=other != number),)
        if roll < rates.citation_wrong + rates.citation_mistyped:
            return (SaidCitation(feed, troubles.digit_typo(rng, number), wrong=True),)
        if rng.random() < rates.citation_reformatted:
            number = self._reformatted(feed, number)
        return (SaidCitation(feed, number),)

    def _reformatted(self, feed: Feed, number: str) -> str:
        rng = self.rng
        if feed is Feed.SISTRA and rng.random() < 0.4:
            office, year, sequence, suffix = number.split("-")
            return office.zfill(11) + year + sequence.zfill(6) + suffix.zfill(4)
        if feed is Feed.PODER_JUDICIAL and rng.random() < 0.6:
            return number.lstrip("0")
        if feed is Feed.LINEA_1818 and rng.random() < 0.7:
            prefix, year, sequence = number.split("-")
            return f"{prefix}-{year}-{int(sequence)}"
        if feed is Feed.RETA_PNP and rng.random() < 0.4:
            head, sequence = number.rsplit("-", 1)
            return f"{head}-{sequence.zfill(5)}"
        return number.replace("-", " ") if rng.random() < 0.6 else number.lower().replace("-", " - ")

    # --- facts
    def facts_date(self, case: TrueCase, reported: datetime) -> date | None:
        rng, rates = self.rng, self.rates
        roll = rng.random()
        if roll < rates.facts_date_missing:
            return None
        if roll < rates.facts_date_missing + rates.facts_date_off:
            moved = case.facts + timedelta(days=int(rng.triangular(-12, 13, 0)))
            return min(moved, reported.date())
        return case.facts

    def family(self, case: TrueCase) -> OffenceFamily:
        differs = self.rng.random() < self.rates.offence_differs
        return _OTHER_FAMILY[case.family] if differs else case.family

    def place(self, district: District, named: bool = True, coded: bool = True) -> SaidPlace | None:
        """``named``: the feed has columns for names; ``coded``: one for the UBIGEO."""
        rng, rates = self.rng, self.rates
        roll = rng.random()
        if roll < rates.place_missing:
            return None
        with_code = coded and rng.random() < rates.ubigeo_given
        if with_code:
            place = SaidPlace(district, 6, district.ubigeo)
            if not named:
                return place
            place.department_text, place.province_text = district.department, district.province
            place.district_text = district.district
            return place
        return self._named(district) if named else None

    def _named(self, district: District) -> SaidPlace:
        rng, rates = self.rng, self.rates
        place = SaidPlace(district, 6, None, district.department, district.province, district.district)
        roll = rng.random()
        if roll < rates.place_wrong_column:
            name = district.town or (district.district if district.district in _unmistakable() else None)
            if name is not None:
                return SaidPlace(district, 6, None, name)
        roll = rng.random()
        if roll < rates.place_department_only:
            return SaidPlace(district, 2, None, district.department)
        roll -= rates.place_department_only
        if roll < rates.place_misspelt:
            place.district_text, place.meant = troubles.typo(rng, district.district), 4
        elif district.town is not None and rng.random() < 0.3:
            place.district_text = district.town
        return place

    # --- time and versions
    def later(self, moment: datetime, mean_days: float, least: float = 0.0) -> datetime:
        """A moment after: at least ``least`` days, ``mean_days`` more on average; in working hours."""
        rng = self.rng
        day = moment + timedelta(days=least + rng.expovariate(1 / mean_days))
        moved = day.replace(
            hour=8 + int(rng.random() * 10), minute=int(rng.random() * 60), second=0, microsecond=0
        )
        return moved if moved > moment else moment + timedelta(minutes=30)

    def stamp(self, reported: datetime, mean_days: float) -> datetime:
        stamp = self.later(reported, mean_days).replace(second=int(self.rng.random() * 60))
        return max(min(stamp, LAST_STAMP), reported)

    def history(self, final: SaidRecord, earlier_state: str) -> History:
        """All deliveries of a record: perhaps an earlier version, in time or late, perhaps a repeat."""
        rng, rates = self.rng, self.rates
        self.remember(final.feed, final.number)
        history = History(final, [final])
        room = (final.stamp - final.reported).total_seconds()
        if room > 7_200 and rng.random() < rates.earlier_version:
            stamp = final.reported + timedelta(seconds=int(room * (0.1 + 0.6 * rng.random())))
            known = tuple(c for c in final.citations if c.first_call or rng.random() < 0.4)
            earlier = replace(final, stamp=stamp, state=earlier_state, citations=known, rulings=())
            late = rng.random() < rates.late_superseded
            history.delivered = [final, earlier] if late else [earlier, final]
        if rng.random() < rates.repeated_version:
            history.delivered.append(final)
        return history

    def annulled(self, live: SaidRecord, state: str) -> History:
        """A record that is later annulled: it stands nowhere."""
        stamp = min(
            live.stamp + timedelta(days=1 + int(self.rng.random() * 20)), LAST_STAMP + timedelta(minutes=30)
        )
        final = replace(live, stamp=stamp, state=state, annulled=True)
        return History(final, [live, final])
