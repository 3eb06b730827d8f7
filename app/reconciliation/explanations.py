"""Why a pair was judged as it was, for people: what the ledger says, and the evidence taken apart again.

Features are opened for one answer and kept nowhere. What is told of them: levels and bits, never a value.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, cast
from uuid import UUID

from sqlalchemy import RowMapping

from app.db.engine import ReadSession
from app.reconciliation.errors import JudgementUnknown, MemberUnknown, PairPointless, PairUnlike
from app.reconciliation.explaining import (
    Part,
    alignments,
    mention_parts,
    report_parts,
    rivals_part,
    steps,
    total,
)
from app.reconciliation.held import Held
from app.reconciliation.neighbourhood import Kind, person_node
from app.reconciliation.pair_repository import PairRepository
from app.reconciliation.resolve import Pair, pair, person_weight
from app.reconciliation.running import Models
from app.reconciliation.scoring import Model
from app.reconciliation.scoring import Thresholds as Limits
from app.security.sealing import Sealer
from schemas.identifiers import natural_key
from schemas.judgements import (
    Basis,
    Explanation,
    JudgementDetail,
    JudgementItem,
    Member,
    Thresholds,
)
from schemas.vocabulary import Feed, Role

_MOST_MEMBERS: Final = 12  # of each of two persons or cases, where the pair to explain is looked for
_MACHINE: Final = "machine"
_NOTES: Final = {
    "decided": "Rige la palabra de un revisor. / A reviewer's word stands.",
    "changed": "Lo que se pesa hoy no es lo que dice el juicio: cambió un registro, o su entorno. / "
    "What is weighed now is not what the judgement says: a record changed, or what stands around it.",
    "no_model": "El modelo de este juicio no está a mano: se muestra lo guardado. / "
    "The model of this judgement is not at hand: what was stored is shown.",
    "no_member": "Uno de los dos ya no se compara: se muestra lo guardado. / "
    "One of the two is no longer compared: what was stored is shown.",
    "coarse": "Sin permiso de identidad no se dice cuán raro es un nombre, ni lo que de eso depende. / "
    "Without the right to see identities, how rare a name is and what depends on it are not told.",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see: ``exact`` bits (who may see identities), and reviewers' ``words``."""

    exact: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True)
class _Pair:
    kind: Kind
    key: Pair
    ends: dict[int, RowMapping]
    sight: Sight

    @property
    def records(self) -> Pair:
        return (self.ends[self.key[0]]["record_id"], self.ends[self.key[1]]["record_id"])


class Explanations:
    """Explains pairs inside the caller's session."""

    def __init__(self, sealer: Sealer, models: Models) -> None:
        self._sealer = sealer
        self._models = models

    async def judgement(self, session: ReadSession, judgement_id: int, sight: Sight) -> JudgementDetail:
        """Raises JudgementUnknown."""
        repository = PairRepository(session, self._sealer)
        row = await repository.judgement(judgement_id)
        if row is None:
            raise JudgementUnknown
        kind, key = cast(Kind, row["kind"]), (row["a"], row["b"])
        history = await repository.judgements(kind, key)
        found = _Pair(kind, key, await repository.ends(kind, key), sight)
        said = row if row["model"] is not None else None
        explanation = await self._explained(repository, found, said)
        notes = (*explanation.notes, *_decided(history))
        explanation = explanation.model_copy(update={"notes": notes})
        return JudgementDetail(
            judgement=_item(row, sight),
            explanation=explanation,
            history=tuple(_item(each, sight) for each in history),
            standing=_standing(history),
        )

    async def pair(self, session: ReadSession, kind: Kind, key: Pair, sight: Sight) -> Explanation:
        """What the standing model says of any two records or mentions, judged or not.

        Raises PairPointless, MemberUnknown.
        """
        if key[0] == key[1]:
            raise PairPointless
        repository = PairRepository(session, self._sealer)
        ends = await repository.ends(kind, key)
        if len(ends) < 2:
            raise MemberUnknown
        return await self._explained(repository, _Pair(kind, pair(*key), ends, sight), None)

    async def between(self, session: ReadSession, left: str, right: str, sight: Sight) -> Explanation:
        """``left``, ``right``: ``feed:number``, ``feed:number:role:order``, or ids of two cases or persons,
        of which the two members that weigh most are explained.

        Raises MemberUnknown, PairUnlike, PairPointless.
        """
        repository = PairRepository(session, self._sealer)
        kind, ours = await _named(repository, left)
        other_kind, theirs = await _named(repository, right)
        if kind != other_kind:
            raise PairUnlike
        pairs = sorted({pair(a, b) for a, b in product(ours, theirs) if a != b})
        if not pairs:
            raise PairPointless
        weights: dict[Pair, float] = {}
        for key in pairs:
            told = await self.pair(session, kind, key, replace(sight, exact=True))
            weights[key] = -math.inf if told.weight is None else told.weight
        return await self.pair(session, kind, max(pairs, key=weights.__getitem__), sight)

    async def _explained(
        self, repository: PairRepository, found: _Pair, said: RowMapping | None
    ) -> Explanation:
        """``said``: the judgement of a machine to explain, by its own model."""
        standing = await repository.standing_model()
        version = said["model"] if said is not None else standing
        model = await repository.model(self._models, version)
        if model is None:
            return await _as_stored(repository, found, said, "no_model")
        held = await repository.held(found.records)
        parts = await _parts(repository, found, held, (model, version == standing))
        if parts is None:
            return await _as_stored(repository, found, said, "no_member")
        return await _recomputed(repository, found, (parts, model, held), said)


async def _parts(
    repository: PairRepository, found: _Pair, held: Held, by: tuple[Model, bool]
) -> tuple[Part, ...] | None:
    """None where one of the two is not compared any more. ``by``: the model, and whether edges are of it."""
    model, of_edges = by
    a, b = found.key
    if found.kind == "case":
        known = a in held.records and b in held.records
        return report_parts(held.report(a), held.report(b), model) if known else None
    if a not in held.mentions or b not in held.mentions:
        return None
    cases = await repository.cases_of(found.records)
    same_case = len(set(cases.values())) == 1 and len(cases) == len(set(found.records))
    parts = mention_parts(person_node(held, a), person_node(held, b), same_case, model)
    stored = await repository.edges_between(found.records)
    edges = {
        key: bits if of_edges else _weight(held, key, same_case, model)
        for key, bits in stored.items()
        if _both(held, key)  # what is not linked again yet may name who is not named any more
    }
    own = total(parts)
    edges = {key: bits for key, bits in edges.items() if bits >= model.person.lower} | {found.key: own}
    if own < model.person.lower:
        return parts
    upper = model.between(held.role(a), held.role(b)).upper
    rivals = rivals_part(found.key, edges, {end: held.record_of[end] for key in edges for end in key}, upper)
    return (*parts, rivals) if rivals else parts


def _both(held: Held, key: Pair) -> bool:
    return key[0] in held.mentions and key[1] in held.mentions


def _weight(held: Held, key: Pair, same_case: bool, model: Model) -> float:
    return person_weight(person_node(held, key[0]), person_node(held, key[1]), same_case, model)


async def _recomputed(
    repository: PairRepository,
    found: _Pair,
    made: tuple[tuple[Part, ...], Model, Held],
    said: RowMapping | None,
) -> Explanation:
    parts, model, held = made
    weight, exact, limits = total(parts), _exactly(found), _limits(model, found)
    notes = [] if exact else ["coarse"]
    if said is not None and said["weight"] is not None and said["weight"] != weight:
        notes.append("changed")
    people = found.sight.exact and found.kind == "case"
    return Explanation(
        kind=found.kind,
        a=_member(found, 0),
        b=_member(found, 1),
        basis=Basis.RECOMPUTED,
        exact=exact,
        steps=steps(parts, exact),
        weight=weight if exact else None,
        probability=limits.probability(weight) if exact else None,
        outcome=await _outcome(repository, found),
        thresholds=Thresholds(upper=limits.upper, lower=limits.lower, policy=model.policy.id),
        model=model.version,
        people=alignments(held.report(found.key[0]), held.report(found.key[1]), model) if people else (),
        notes=tuple(_NOTES[note] for note in notes),
    )


async def _as_stored(
    repository: PairRepository, found: _Pair, said: RowMapping | None, why: str
) -> Explanation:
    exact = _exactly(found)
    return Explanation(
        kind=found.kind,
        a=_member(found, 0),
        b=_member(found, 1),
        basis=Basis.AS_STORED,
        exact=exact,
        steps=(),
        weight=said["weight"] if said is not None and exact else None,
        probability=said["probability"] if said is not None and exact else None,
        outcome=await _outcome(repository, found),
        thresholds=None,
        model=said["model"] if said is not None else None,
        notes=(_NOTES[why], *(() if exact else (_NOTES["coarse"],))),
    )


def _exactly(found: _Pair) -> bool:
    """Of two records nothing depends on a name beyond levels that are named: those are told to all."""
    return found.sight.exact or found.kind == "case"


async def _outcome(repository: PairRepository, found: _Pair) -> str:
    ends = [found.ends[end]["entity"] for end in found.key]
    if ends[0] is not None and ends[0] == ends[1]:
        return "same"
    return "unsure" if await repository.edge_outcome(found.kind, found.key) == "unsure" else "different"


def _limits(model: Model, found: _Pair) -> Limits:
    if found.kind == "case":
        return model.case
    a, b = (found.ends[end]["role"] for end in found.key)
    return model.between(a, b)


def _member(found: _Pair, place: int) -> Member:
    row = found.ends[found.key[place]]
    return Member(
        feed=Feed(row["feed"]),
        number=row["number"],
        role=row["role"] and Role(row["role"]),
        order=row["order"],
        entity=row["entity"],
    )


def _binds(row: RowMapping) -> bool:
    return bool(row["judge"] != _MACHINE)


def _decided(history: Sequence[RowMapping]) -> tuple[str, ...]:
    words = [row["outcome"] for row in history if _binds(row)]
    return (_NOTES["decided"],) if words and words[-1] in {"same", "different"} else ()


def _standing(history: Sequence[RowMapping]) -> int:
    """A reviewer's word until it is withdrawn; else what the machine said last."""
    words = [row for row in history if _binds(row)]
    if words and words[-1]["outcome"] in {"same", "different"}:
        return int(words[-1]["id"])
    machine = [row for row in history if not _binds(row)]
    return int((machine or words)[-1]["id"])


def _item(row: RowMapping, sight: Sight) -> JudgementItem:
    exact = sight.exact or row["kind"] == "case"
    by_machine = row["judge"] == _MACHINE
    return JudgementItem(
        id=row["id"],
        outcome=row["outcome"],
        judge=row["judge"] if by_machine or sight.words else "reviewer",
        model=row["model"],
        weight=row["weight"] if exact else None,
        probability=row["probability"] if exact else None,
        reason=row["reason"] if sight.words else None,
        made_at=row["made_at"],
    )


async def _named(repository: PairRepository, reference: str) -> tuple[Kind, list[int]]:
    try:
        entity = UUID(reference)
    except ValueError:
        kind, member = await _member_of(repository, reference)
        return kind, [member]
    found = await repository.members(entity, _MOST_MEMBERS)
    if found is None:
        raise MemberUnknown
    return found


async def _member_of(repository: PairRepository, reference: str) -> tuple[Kind, int]:
    """``feed:number`` or ``feed:number:role:order``; a number may hold colons of its own."""
    try:
        feed, _, rest = reference.partition(":")
        institution = Feed(feed)
    except ValueError:
        raise MemberUnknown from None
    parts = rest.rsplit(":", 2)
    if len(parts) == 3 and parts[1] in set(Role) and parts[2].isdecimal() and len(parts[2]) < 6:
        record = await repository.record(institution, natural_key(institution, parts[0]))
        mention = await repository.mention(record, Role(parts[1]), int(parts[2])) if record else None
        kind: Kind = "person"
    else:
        mention, kind = await repository.record(institution, natural_key(institution, rest)), "case"
    if mention is None:
        raise MemberUnknown
    return kind, mention
