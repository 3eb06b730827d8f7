"""Decisions of reviewers: on one doubtful pair, to split, to merge; a second reviewer's word; undoing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import Clock
from app.db.engine import WriteSession
from app.reconciliation.neighbourhood import Kind
from app.reconciliation.resolve import Pair
from app.reconciliation.review.effects import NOTHING
from app.reconciliation.review.errors import (
    DecisionSettled,
    ReviewCursorUnreadable,
    ReviewDecisionNotFound,
    SecondReviewerNeeded,
)
from app.reconciliation.review.membership import Memberships
from app.reconciliation.review.queue_service import ReviewQueue, item_id
from app.reconciliation.review.reasons import Reasons
from app.reconciliation.review.repository import NewAct, ReviewRepository
from app.reconciliation.review.rules import (
    ItemId,
    Policy,
    Why,
    pairs_of_merge,
    pairs_of_split,
    request_text,
    same_officer,
)
from app.reconciliation.review.trial import Bench, Tried, Words
from app.reconciliation.service import ReconciliationService
from app.security.blind import BlindIndex
from app.security.sealing import Sealer
from schemas.pagination import Page
from schemas.review import (
    ActKind,
    ActState,
    Effect,
    ItemState,
    Membership,
    MergeRequest,
    PairDecision,
    ReviewDecision,
    ReviewWordItem,
    SplitRequest,
)

LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Tools:
    """What reviewing works with."""

    linker: ReconciliationService
    sealer: Sealer
    blind: BlindIndex
    clock: Clock
    policy: Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """An act as asked for. ``digest``: the same reviewer asking the same again."""

    kind: Kind
    act: ActKind
    outcome: str | None
    outcomes: Mapping[Pair, str]
    reason: str
    digest: bytes


class ReviewService:
    """For one reviewer, in the caller's transaction. Everything that decides holds the linking lock to the
    end of it: two decisions never cross."""

    def __init__(self, tools: Tools, session: AsyncSession, reviewer: str) -> None:
        self._tools = tools
        self._session = session
        self._reviewer = reviewer
        self._repository = ReviewRepository(session)
        self._queue = ReviewQueue(tools.clock, tools.policy)
        self._reasons = Reasons(tools.sealer, self._repository)

    # --- one item of the queue ------------------------------------------------------------------

    async def decide(self, name: str, said: PairDecision, preview: bool = False) -> ReviewDecision:
        """Of every doubtful pair between the two, under a lease of one's own, which ends with it. A second
        reviewer's equal word on a proposal confirms it; another word disputes it and is a decision of its
        own. The same word again changes nothing.

        Raises ReviewItemNotFound, LeaseHeld, LeaseMissing, DecisionsConflict, DecisionWithoutEffect.
        """
        item = item_id(name)
        session = self._writing()
        await self._tools.linker.hold(session)
        row = await self._queue.known(session, item)
        latest = await self._latest(item, row)
        if latest is not None and not preview and await self._repeats(item, said, latest, row):
            return await self._told(latest)
        wanted = self._pair_act(item, said, await self._queue.pairs(session, row, item))
        if preview:
            return await self._act(wanted, preview=True)
        held = await self._queue.demand_lease(session, item, self._reviewer)
        done = await self._speak(wanted, said, latest)
        await self._queue.end_lease(session, held, self._reviewer)
        return done

    async def _latest(self, item: ItemId, row: RowMapping | None) -> RowMapping | None:
        """The proposal that waits, whichever pair it names; else the latest act on the pair."""
        if row is not None and row["proposal"] is not None:
            return await self._repository.act(row["proposal"])
        return await self._repository.act_on_pair(item.kind, item.pair)

    async def _speak(self, wanted: Wanted, said: PairDecision, latest: RowMapping | None) -> ReviewDecision:
        if latest is not None and latest["state"] == ActState.PROPOSED:
            if same_officer(latest["judge"], self._reviewer):
                await self._say(latest["id"], "undone", NOTHING, said.reason)
            elif latest["outcome"] == said.outcome:
                return await self.confirm(latest["id"], said.reason)
            else:
                await self._say(latest["id"], "disputed", NOTHING, said.reason)
        return await self._act(wanted, preview=False)

    def _pair_act(self, item: ItemId, said: PairDecision, pairs: Sequence[Pair]) -> Wanted:
        digest = self._digest("pair", str(item), said.outcome)
        outcomes = dict.fromkeys(pairs, said.outcome)
        return Wanted(item.kind, ActKind.PAIR, said.outcome, outcomes, said.reason, digest)

    async def _repeats(
        self, item: ItemId, said: PairDecision, latest: RowMapping, row: RowMapping | None
    ) -> bool:
        """The same reviewer's same word, which still stands or waits."""
        if latest["outcome"] != said.outcome:
            return False
        if latest["judge"] != self._reviewer:
            return await self._confirmed_by_me(latest)
        if latest["state"] == ActState.PROPOSED:
            return True
        if said.outcome == "unsure":
            return row is not None and row["state"] == ItemState.PUT_ASIDE
        standing = await self._repository.standing(item.kind, [item.pair])
        speaks = standing.get(item.pair, ("", None))[1]
        return bool(latest["state"] == ActState.EFFECTIVE and speaks == latest["id"])

    async def _confirmed_by_me(self, act: RowMapping) -> bool:
        return bool(act["state"] == ActState.EFFECTIVE and await self._said(act) == "confirmed")

    async def _said(self, act: RowMapping) -> str | None:
        """This reviewer's word on somebody's proposal."""
        words = {word["judge"]: word["word"] for word in await self._repository.words([act["id"]])}
        return words.get(self._reviewer)

    # --- split and merge ------------------------------------------------------------------------

    async def split(
        self, kind: Kind, entity: UUID, version: str | None, asked: SplitRequest, preview: bool = False
    ) -> ReviewDecision:
        """Raises VersionMissing, MembershipChanged, PartsInvalid, MembersTooMany, and as ``decide``; for an
        id that is gone EntityMoved, EntityGone or EntityAbsent."""
        parts = [sorted(part.model_dump_json() for part in each) for each in asked.parts]
        digest = self._digest("split", kind, str(entity), version, sorted(parts))
        await self._tools.linker.hold(self._writing())
        if not preview and (done := await self._done_before(digest)):
            return done
        members = Memberships(self._repository)
        found = await members.parts(kind, entity, version, asked.parts)
        outcomes = pairs_of_split(found)
        return await self._act(Wanted(kind, ActKind.SPLIT, None, outcomes, asked.reason, digest), preview)

    async def merge(
        self, kind: Kind, entity: UUID, version: str | None, asked: MergeRequest, preview: bool = False
    ) -> ReviewDecision:
        """``version`` is that of the one in the path. Raises as ``split``, or MergePointless."""
        digest = self._digest("merge", kind, str(entity), str(asked.other), version)
        await self._tools.linker.hold(self._writing())
        if not preview and (done := await self._done_before(digest)):
            return done
        left, right = await Memberships(self._repository).two(kind, entity, asked.other, version)
        outcomes = pairs_of_merge(left, right)
        return await self._act(Wanted(kind, ActKind.MERGE, None, outcomes, asked.reason, digest), preview)

    async def _done_before(self, digest: bytes) -> ReviewDecision | None:
        """The answer to the same request, unless it was taken back since."""
        act = await self._repository.act_by_digest(digest)
        if act is None or act["state"] not in (ActState.PROPOSED, ActState.EFFECTIVE):
            return None
        return await self._told(act)

    # --- a word on a decision -------------------------------------------------------------------

    async def confirm(self, act_id: UUID, reason: str, preview: bool = False) -> ReviewDecision:
        """The second word: it takes effect now. Raises SecondReviewerNeeded, DecisionSettled."""
        act = await self._to_settle(act_id)
        if act["state"] == ActState.EFFECTIVE and await self._confirmed_by_me(act):
            return await self._told(act)
        self._demand_state(act, ActState.PROPOSED)
        self._demand_other(act)
        words = Words(act["kind"], await self._repository.pairs(act_id), act["judge"], act_id)
        bench = self._bench()
        tried = await bench.attempt(words)
        if preview:
            return await self._previewed(act, tried.effect)
        effect = await bench.carry_out(words, tried)
        await self._say(act_id, "confirmed", effect, reason)
        return await self.decision(act_id)

    async def dispute(self, act_id: UUID, reason: str) -> ReviewDecision:
        """It never takes effect. Raises SecondReviewerNeeded, DecisionSettled."""
        act = await self._to_settle(act_id)
        if act["state"] == ActState.DISPUTED and await self._said(act) == "disputed":
            return await self._told(act)
        self._demand_state(act, ActState.PROPOSED)
        self._demand_other(act)
        await self._say(act_id, "disputed", NOTHING, reason)
        return await self.decision(act_id)

    async def undo(self, act_id: UUID, reason: str, preview: bool = False) -> ReviewDecision:
        """As though it had not been decided: on each of its pairs stands again what stood before, or nothing.

        Pairs that a later decision speaks of keep that decision's word. Undoing again changes nothing.
        Raises DecisionSettled for what was disputed; DecisionsConflict where what stood before cannot stand
        beside what was decided since.
        """
        act = await self._to_settle(act_id)
        if act["state"] == ActState.UNDONE:
            return await self._told(act)
        self._demand_state(act, ActState.PROPOSED, ActState.EFFECTIVE)
        effect = await self._take_back(act, reason, preview)
        return await self._previewed(act, effect) if preview else await self.decision(act_id)

    async def _take_back(self, act: RowMapping, reason: str, preview: bool) -> Effect:
        pairs = await self._repository.pairs(act["id"])
        before = await self._repository.standing(act["kind"], list(pairs))
        savepoint = await self._writing().begin_nested()
        await self._repository.add_word(act["id"], "undone", self._reviewer, "{}", self._tools.clock.now())
        after = await self._repository.standing(act["kind"], list(pairs))
        await savepoint.rollback()
        outcomes = {
            pair: after[pair][0] if pair in after else "withdrawn"
            for pair in pairs
            if before.get(pair) != after.get(pair)
        }
        effect = NOTHING
        if outcomes:
            words = Words(act["kind"], outcomes, self._reviewer, act["id"])
            bench = self._bench()
            tried = await bench.attempt(words, must_hold=False)
            effect = tried.effect if preview else await bench.carry_out(words, tried)
        if not preview:
            await self._say(act["id"], "undone", effect, reason)
        return effect

    async def _to_settle(self, act_id: UUID) -> RowMapping:
        await self._tools.linker.hold(self._writing())
        return await self._found(act_id)

    @staticmethod
    def _demand_state(act: RowMapping, *states: ActState) -> None:
        if act["state"] not in states:
            raise DecisionSettled(state=act["state"])

    def _demand_other(self, act: RowMapping) -> None:
        if same_officer(act["judge"], self._reviewer):
            raise SecondReviewerNeeded

    # --- reading --------------------------------------------------------------------------------

    async def members(self, kind: Kind, entity: UUID) -> Membership:
        """Raises EntityMoved, EntityGone, EntityAbsent."""
        return await Memberships(self._repository).read(kind, entity)

    async def decision(self, act_id: UUID) -> ReviewDecision:
        """Raises ReviewDecisionNotFound."""
        return await self._told(await self._found(act_id))

    async def decisions(
        self, state: str | None, after: str | None, limit: int, resting: bool = False
    ) -> Page[ReviewDecision]:
        """The latest first. The cursor is the number of the last one. ``resting``: those alone that stand and
        bind somebody whom their record names no more."""
        if after is not None and not (after.isascii() and after.isdigit() and int(after) <= LAST):
            raise ReviewCursorUnreadable
        rows = await self._repository.acts(state, resting, LAST if after is None else int(after), limit + 1)
        items = await self._all_told(rows[:limit])
        more = str(rows[limit - 1]["number"]) if len(rows) > limit else None
        return Page[ReviewDecision](items=tuple(items), next=more)

    async def _found(self, act_id: UUID) -> RowMapping:
        act = await self._repository.act(act_id)
        if act is None:
            raise ReviewDecisionNotFound
        return act

    # --- acts -----------------------------------------------------------------------------------

    async def _act(self, wanted: Wanted, preview: bool) -> ReviewDecision:
        act_id = uuid4()
        words = Words(wanted.kind, wanted.outcomes, self._reviewer, act_id)
        bench = self._bench()
        tried = await bench.attempt(words)
        why = self._tools.policy.asks(tried.joined)
        if preview:
            return self._preview(wanted, tried, why)
        effect = tried.effect if why else await bench.carry_out(words, tried)
        await self._keep(act_id, wanted, effect, why)
        return await self.decision(act_id)

    async def _keep(self, act_id: UUID, wanted: Wanted, effect: Effect, why: tuple[Why, ...]) -> None:
        new = NewAct(
            id=act_id,
            kind=wanted.kind,
            act=wanted.act.value,
            outcome=wanted.outcome,
            judge=self._reviewer,
            why_second=list(why),
            digest=wanted.digest,
            effect=effect.model_dump_json(),
            now=self._tools.clock.now(),
        )
        await self._repository.add_act(new, wanted.outcomes)
        await self._reasons.keep(act_id, "made", wanted.reason)
        await self._queue.said(self._session, wanted.kind, wanted.outcomes)

    async def _say(self, act_id: UUID, word: str, effect: Effect, reason: str) -> None:
        now = self._tools.clock.now()
        await self._repository.add_word(act_id, word, self._reviewer, effect.model_dump_json(), now)
        await self._reasons.keep(act_id, word, reason)
        act = await self._found(act_id)
        await self._queue.said(self._session, act["kind"], await self._repository.pairs(act_id))

    def _preview(self, wanted: Wanted, tried: Tried, why: tuple[Why, ...]) -> ReviewDecision:
        return ReviewDecision(
            id=None,
            kind=wanted.kind,
            act=wanted.act,
            state=ActState.PREVIEW,
            outcome=wanted.outcome,
            judge=self._reviewer,
            reason=wanted.reason,
            needs_second=bool(why),
            why_second=why,
            pairs=len(wanted.outcomes),
            effect=tried.effect,
            made_at=None,
        )

    async def _previewed(self, act: RowMapping, effect: Effect) -> ReviewDecision:
        told = await self._told(act)
        return told.model_copy(update={"state": ActState.PREVIEW, "effect": effect})

    async def _told(self, act: RowMapping) -> ReviewDecision:
        return (await self._all_told([act]))[0]

    async def _all_told(self, acts: Sequence[RowMapping]) -> list[ReviewDecision]:
        """In as many trips as one."""
        ids = [act["id"] for act in acts]
        reasons = await self._reasons.of(ids)
        words: dict[UUID, list[ReviewWordItem]] = {}
        for row in await self._repository.words(ids):
            said = ReviewWordItem(
                word=row["word"],
                judge=row["judge"],
                reason=reasons.get((row["act_id"], row["word"])),
                effect=Effect.model_validate(row["effect"]),
                made_at=row["made_at"],
            )
            words.setdefault(row["act_id"], []).append(said)
        return [_decision(act, reasons.get((act["id"], "made")), words.get(act["id"], ())) for act in acts]

    def _digest(self, *parts: object) -> bytes:
        """Of what this reviewer asks for."""
        return self._tools.blind.digest("review_request", request_text(*parts, self._reviewer))

    def _bench(self) -> Bench:
        return Bench(self._tools.linker, self._tools.sealer, self._writing())

    def _writing(self) -> WriteSession:
        assert isinstance(self._session, WriteSession), "made to read"
        return self._session


def _decision(act: RowMapping, reason: str | None, words: Sequence[ReviewWordItem]) -> ReviewDecision:
    fields = {
        name: act[name] for name in ("id", "kind", "act", "state", "outcome", "judge", "pairs", "resting")
    }
    return ReviewDecision(
        **fields,
        needs_second=bool(act["why_second"]),
        why_second=tuple(act["why_second"]),
        reason=reason,
        effect=Effect.model_validate(act["effect"]),
        made_at=act["made_at"],
        words=tuple(words),
    )
