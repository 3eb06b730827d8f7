"""Pinning values of cases and persons, withdrawing them, and what either changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from app.core.clock import Clock
from app.db.engine import WriteSession
from app.reconciliation.service import ReconciliationService
from app.registry.errors import PinMemberUnknown, PinNotStanding, PinSaysNothing, PinUnknown, PinValueUnfit
from app.registry.pins.repository import PinRepository
from app.registry.pins.rules import IDENTITY, ValueUnfit, canonical
from app.registry.service import RegistryService
from app.security.sealing import Sealer, SealError
from schemas.identifiers import natural_key
from schemas.pins import (
    CasePin,
    MentionPointer,
    PersonPin,
    PinAnswer,
    PinEffect,
    PinItem,
    RecordReference,
    Withdrawal,
)
from schemas.registry import CaseDetail, Golden, PersonDetail
from schemas.vocabulary import Feed, Role

LIMA: Final = ZoneInfo("America/Lima")
Told = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class PinTools:
    linker: ReconciliationService
    sealer: Sealer
    clock: Clock


@dataclass(frozen=True, slots=True)
class Target:
    """What is pinned, and by whom."""

    kind: str  # case or person
    id: UUID
    judge: str


class PinService:
    """Writes inside the caller's transaction; nothing is linked until that ends."""

    def __init__(self, session: WriteSession, tools: PinTools) -> None:
        self._session = session
        self._tools = tools
        self._repository = PinRepository(session)
        self._registry = RegistryService(session)

    async def pin(self, target: Target, wanted: CasePin | PersonPin) -> PinAnswer:
        """The same pin again changes nothing and is answered alike.

        Raises what reading the case or person raises, PinMemberUnknown, PinValueUnfit, PinSaysNothing.
        """
        await self._tools.linker.hold(self._session)
        before = await self._told(target)
        member = await self._member(target, wanted.member)
        value = _value(wanted, self._today())
        said = (wanted.attribute, value, *_reference(member))
        for item in await self.history(target):
            if item.standing and (item.attribute, item.value, *_reference(item)) == said:
                return PinAnswer(pin=item, added=False, effects=())
        pin_id = await self._add(target, member, (wanted.attribute, "pinned", value, wanted.reason))
        return await self._concluded(target, before, pin_id, wanted.attribute)

    async def withdraw(self, target: Target, pin_id: int, wanted: Withdrawal) -> PinAnswer:
        """Raises PinUnknown, and PinNotStanding where another word of the same member came after it."""
        await self._tools.linker.hold(self._session)
        before = await self._told(target)
        rows = {row["id"]: row for row in await self._repository.history(target.kind, target.id)}
        row = rows.get(pin_id)
        if row is None or row["act"] != "pinned":
            raise PinUnknown
        if pin_id not in _standing(rows.values()):
            raise PinNotStanding
        added = await self._add(target, row, (row["attribute"], "withdrawn", None, wanted.reason))
        return await self._concluded(target, before, added, row["attribute"])

    async def history(self, target: Target) -> tuple[PinItem, ...]:
        """Every word on what the case or person has today, the first first."""
        rows = await self._repository.history(target.kind, target.id)
        standing = _standing(rows)
        return tuple(self._item(row, row["id"] in standing) for row in rows)

    async def read(self, target: Target) -> tuple[PinItem, ...]:
        """As ``history``, of an id that stands for something; raises as reading the case or person does."""
        await self._told(target)
        return await self.history(target)

    async def _member(self, target: Target, named: RecordReference | MentionPointer | None) -> RowMapping:
        wanted: dict[str, object] = {}
        if named is not None:
            wanted = {"feed": named.feed.value, "key": natural_key(named.feed, named.number)}
        if isinstance(named, MentionPointer):
            wanted |= {"role": named.role.value, "order": named.order}
        found = await self._repository.member(target.kind, target.id, **wanted)
        if found is None:
            raise PinMemberUnknown
        return found

    async def _add(self, target: Target, member: RowMapping, said: tuple[str, str, str | None, str]) -> int:
        attribute, act, value, reason = said
        key = self._tools.sealer.unwrap(member["data_key"])
        return await self._repository.add(
            kind=target.kind,
            member=member["member"],
            attribute=attribute,
            act=act,
            value=value,
            judge=target.judge,
            reason=key.seal(reason.encode(), _place(target.kind, member["member"], attribute)),
        )

    async def _concluded(self, target: Target, before: Told, pin_id: int, attribute: str) -> PinAnswer:
        if target.kind == "case":
            await self._tools.linker.retell(self._session, [target.id], [])
        else:
            cases = await self._repository.cases_of(target.id)
            await self._tools.linker.retell(self._session, cases, [target.id])
        after = await self._told(target)
        item = next(item for item in await self.history(target) if item.id == pin_id)
        if item.act == "pinned" and item.value is None and attribute not in IDENTITY:
            await self._says_something(target, pin_id)
        effects = [
            PinEffect(attribute=name, before=before.get(name), after=after.get(name))
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
        if attribute in IDENTITY:
            effects.append(PinEffect(attribute=attribute, before=None, after=None))
        return PinAnswer(pin=item, added=True, effects=tuple(effects))

    async def _says_something(self, target: Target, pin_id: int) -> None:
        """A pin on what its member does not say would be none."""
        marks = {golden.pin.id for golden in (await self._goldens(target)).values() if golden.pin}
        if pin_id not in marks:
            raise PinSaysNothing

    async def _told(self, target: Target) -> Told:
        return {name: _text(golden.value) for name, golden in (await self._goldens(target)).items()}

    async def _goldens(self, target: Target) -> dict[str, Golden[Any]]:
        if target.kind == "case":
            return dict(_of_case(await self._registry.case(target.id)))
        return dict(_of_person(await self._registry.person(target.id)))

    def _today(self) -> date:
        return self._tools.clock.now().astimezone(LIMA).date()

    def _item(self, row: RowMapping, standing: bool) -> PinItem:
        return PinItem(
            id=row["id"],
            attribute=row["attribute"],
            act=row["act"],
            value=row["value"],
            feed=Feed(row["feed"]),
            number=row["number"],
            role=row["role"] and Role(row["role"]),
            order=row["order"],
            standing=standing,
            judge=row["judge"],
            reason=self._reason(row),
            made_at=row["made_at"],
        )

    def _reason(self, row: RowMapping) -> str | None:
        """None once the record's key is gone: the words go with what they are about."""
        if row["data_key"] is None:
            return None
        try:
            key = self._tools.sealer.unwrap(row["data_key"])
            return key.open(row["reason"], _place(row["kind"], row["member"], row["attribute"])).decode()
        except SealError:
            return None


def _value(wanted: CasePin | PersonPin, today: date) -> str | None:
    if wanted.value is None:
        if wanted.member is None:
            raise PinMemberUnknown
        return None
    try:
        return canonical(wanted.attribute, wanted.value, today)
    except ValueUnfit:
        raise PinValueUnfit(attribute=wanted.attribute.value) from None


def _standing(rows: Iterable[RowMapping]) -> set[int]:
    """Of each member and attribute the last word, where it pins."""
    last = {(row["member"], row["attribute"]): row for row in sorted(rows, key=lambda row: row["id"])}
    return {row["id"] for row in last.values() if row["act"] == "pinned"}


def _reference(of: PinItem | RowMapping) -> tuple[str, str, str | None, int | None]:
    if isinstance(of, PinItem):
        return (of.feed.value, of.number, of.role.value if of.role else None, of.order)
    return (of["feed"], of["number"], of["role"], of["order"])


def _place(kind: str, member: int, attribute: str) -> bytes:
    return f"pin|{kind}|{member}|{attribute}".encode()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _of_case(case: CaseDetail) -> Sequence[tuple[str, Golden[Any]]]:
    told = {name: getattr(case.attributes, name) for name in type(case.attributes).model_fields}
    return [(name, value) for name, value in told.items() if isinstance(value, Golden)]


def _of_person(person: PersonDetail) -> Sequence[tuple[str, Golden[Any]]]:
    """Of one case: ``age_group@<case id>``."""
    told: list[tuple[str, Golden[Any]]] = [
        ("sex", person.sex),
        ("nationality", person.nationality),
    ]
    for case in person.cases:
        for name in ("age_group", "minor", "relation"):
            told.append((f"{name}@{case.case_id}", getattr(case, name)))
    return told
