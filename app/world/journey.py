"""A case's way through the institutions: who hears of it, when, and what each writes down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from app.world.calls import HotlineDesk
from app.world.cases import TrueCase
from app.world.court import CourtDesk
from app.world.desk import LAST_STAMP, Desk
from app.world.records import History, SaidCitation, SaidRecord
from app.world.reta import PoliceDesk
from app.world.sistra import ProsecutionDesk
from schemas.vocabulary import Feed

_BROKEN = ("number", "stamp", "offence")


@dataclass(slots=True)
class _Path:
    """Numbers and days in each institution."""

    call: tuple[str, datetime] | None = None
    denuncia: tuple[str, str, datetime] | None = None  # number, unit, day
    carpeta: tuple[str, datetime] | None = None
    last_carpeta: str | None = None
    expediente: tuple[str, datetime] | None = None


class Institutions:
    """Leads one case through the institutions, as far as it gets."""

    def __init__(self, desk: Desk, broken: bool) -> None:
        self._desk = desk
        self._broken = broken
        self._hotline = HotlineDesk(desk)
        self._police = PoliceDesk(desk)
        self._prosecution = ProsecutionDesk(desk)
        self._court = CourtDesk(desk)

    def records_of(self, case: TrueCase) -> list[History]:
        path = self._path(case)
        histories = [
            *self._calls(case, path),
            *self._denuncias(case, path),
            *self._carpetas(case, path),
            *self._expedientes(case, path),
        ]
        histories = [history for history in histories if history.final.reported <= LAST_STAMP]
        self._annul(case, histories)
        rng, rates = self._desk.rng, self._desk.rates
        other = self._hotline.other(datetime.combine(case.facts, time()))
        if rng.random() < 0.30 and other.final.reported <= LAST_STAMP:
            histories.append(other)
        if self._broken and rng.random() < rates.broken_record * len(histories):
            histories.append(self._break(histories[int(rng.random() * len(histories))].final))
        return histories

    def _path(self, case: TrueCase) -> _Path:
        """Which institutions the case reaches, when, and under which numbers. Lag drops the late ones."""
        desk, rng = self._desk, self._desk.rng
        start = rng.random()
        facts = datetime.combine(case.facts, time()) + timedelta(hours=9)
        path = _Path()
        if start < 0.30:
            called = min(desk.later(facts, 8), LAST_STAMP)
            path.call = (self._hotline.number(called), called)
        if (start < 0.30 and rng.random() < 0.70) or 0.30 <= start < 0.82:
            first = desk.later(path.call[1], 2) if path.call else desk.later(facts, 9)
            reported = min(first, LAST_STAMP)
            path.denuncia = (*self._police.number(case, reported), reported)
        has_carpeta = rng.random() < 0.72 if path.denuncia else start >= 0.82 or rng.random() < 0.10
        if has_carpeta:
            before = path.denuncia[2] if path.denuncia else path.call[1] if path.call else facts
            entered = desk.later(before, 14)
            if entered <= LAST_STAMP or not (path.call or path.denuncia):
                path.carpeta = (self._prosecution.number(case, entered), min(entered, LAST_STAMP))
        if path.carpeta and rng.random() < 0.45:
            entered = desk.later(path.carpeta[1], 120, 40)
            if entered <= LAST_STAMP:
                path.expediente = (self._court.number(case, entered), entered)
        return path

    def _calls(self, case: TrueCase, path: _Path) -> Iterator[History]:
        if path.call is None:
            return
        desk, rng, rates = self._desk, self._desk.rng, self._desk.rates
        number, called = path.call
        referred_to = path.denuncia[1] if path.denuncia else ("DIRCTPTIM" if rng.random() < 0.4 else None)
        cited = desk.cite(Feed.RETA_PNP, path.denuncia[0] if path.denuncia else None, 0.8)
        first = self._hotline.complaint(case, number, called, cited, referred_to)
        yield self._hotline.history(first)
        if rng.random() < rates.repeated_call:
            again = desk.later(called, 4)
            origin = (SaidCitation(Feed.LINEA_1818, number, first_call=True),) if rng.random() < 0.5 else ()
            repeated = self._hotline.complaint(case, self._hotline.number(again), again, origin, referred_to)
            yield self._hotline.history(repeated)
        if rng.random() < rates.follow_up_call:
            yield self._hotline.history(self._hotline.follow_up(first))

    def _denuncias(self, case: TrueCase, path: _Path) -> Iterator[History]:
        if path.denuncia is None:
            return
        number, unit, reported = path.denuncia
        yield self._denuncia(case, path, (number, unit), reported, 1.0)
        if self._desk.rng.random() < self._desk.rates.several_denuncias:
            again = self._desk.later(reported, 6)
            yield self._denuncia(case, path, self._police.number(case, again), again, 0.5)

    def _denuncia(
        self, case: TrueCase, path: _Path, number: tuple[str, str], reported: datetime, share: float
    ) -> History:
        cited = (
            *self._desk.cite(Feed.LINEA_1818, path.call[0] if path.call else None, share),
            *self._desk.cite(Feed.SISTRA, path.carpeta[0] if path.carpeta else None, share * 0.7),
        )
        record = self._police.record(case, number, reported, cited, path.carpeta is not None)
        return self._police.history(record)

    def _carpetas(self, case: TrueCase, path: _Path) -> Iterator[History]:
        if path.carpeta is None:
            return
        desk, rng = self._desk, self._desk.rng
        number, entered = path.carpeta
        passed = rng.random() < desk.rates.several_carpetas
        state = "DERIVADA" if passed else self._prosecution.state(path.expediente is not None)
        yield self._carpeta(case, path, number, entered, state)
        if passed:
            later = min(desk.later(entered, 40, 5), LAST_STAMP)
            other = self._prosecution.number(case, later, 1 + int(rng.random() * 9))
            state = self._prosecution.state(path.expediente is not None)
            path.last_carpeta = other
            yield self._carpeta(case, path, other, later, state)

    def _carpeta(self, case: TrueCase, path: _Path, number: str, entered: datetime, state: str) -> History:
        cited = (
            *self._desk.cite(Feed.RETA_PNP, path.denuncia[0] if path.denuncia else None),
            *self._desk.cite(Feed.PODER_JUDICIAL, path.expediente[0] if path.expediente else None, 0.7),
        )
        record = self._prosecution.record(case, number, entered, cited, state)
        return self._prosecution.history(record)

    def _expedientes(self, case: TrueCase, path: _Path) -> Iterator[History]:
        if path.expediente is None:
            return
        desk, rng = self._desk, self._desk.rng
        number, entered = path.expediente
        carpeta = path.last_carpeta or (path.carpeta[0] if path.carpeta else None)
        main = self._court.record(case, number, entered, desk.cite(Feed.SISTRA, carpeta))
        yield self._court.history(main)
        if rng.random() < desk.rates.incident:
            incident = self._court.incident(main, desk.cite(Feed.SISTRA, carpeta, 0.3))
            if incident.reported <= LAST_STAMP:
                yield self._court.history(incident)

    def _annul(self, case: TrueCase, histories: list[History]) -> None:
        """Records entered by mistake and annulled: copies of one of the case, with a number of their own."""
        desk = self._desk
        for history in list(histories):
            if desk.rng.random() >= desk.rates.annulled_record or not history.final.people:
                continue
            final = history.final
            if final.feed is Feed.RETA_PNP:
                number, unit = self._police.number(case, final.reported)
                histories.append(self._police.annulled(replace(final, number=number, office=unit)))
            elif final.feed is Feed.SISTRA:
                number = self._prosecution.number(case, final.reported)
                histories.append(self._prosecution.annulled(replace(final, number=number)))
            elif final.feed is Feed.PODER_JUDICIAL:
                number = self._court.number(case, final.reported)
                histories.append(self._court.annulled(replace(final, number=number)))
            else:
                number = self._hotline.number(final.reported)
                histories.append(self._hotline.annulled(replace(final, number=number)))

    def _break(self, sound: SaidRecord) -> History:
        """A record that must be rejected, under a number that nobody else has."""
        rng = self._desk.rng
        how = _BROKEN[int(rng.random() * (2 if sound.offence is None else 3))]
        final = replace(sound, broken=how, number=f"{sound.number}-X", case=0)
        return History(final, [final])
