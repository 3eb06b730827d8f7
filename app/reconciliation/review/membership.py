"""Whose members a split or merge speaks of: found by id, held to the version that the reviewer read."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.reconciliation.neighbourhood import Kind
from app.reconciliation.redirected import became
from app.reconciliation.review.effects import member_of
from app.reconciliation.review.errors import (
    EntityAbsent,
    MembershipChanged,
    MembersTooMany,
    MergePointless,
    PartsInvalid,
    VersionMissing,
)
from app.reconciliation.review.repository import ReviewRepository
from app.reconciliation.review.rules import MEMBERS_MOST, membership_version
from schemas.review import Membership, ReviewMember

ANY: Final = "*"  # If-Match: whatever it is now


class Memberships:
    def __init__(self, repository: ReviewRepository) -> None:
        self._repository = repository

    async def read(self, kind: Kind, entity: UUID) -> Membership:
        """Raises EntityMoved, EntityGone, EntityAbsent."""
        nodes = await self._standing(kind, entity, "/members")
        rows = await self._repository.references(kind, nodes)
        return Membership(
            kind=kind,
            id=entity,
            version=membership_version(kind, nodes),
            members=tuple(sorted((member_of(rows[node]) for node in nodes), key=repr)),
        )

    async def parts(
        self, kind: Kind, entity: UUID, version: str | None, asked: Sequence[Sequence[ReviewMember]]
    ) -> list[list[int]]:
        """The parts asked for, and what is left as one more."""
        nodes = await self._held_to(kind, entity, version, "/split")
        rows = await self._repository.references(kind, nodes)
        node_of = {member_of(row): node for node, row in rows.items()}
        if any(member not in node_of for part in asked for member in part):
            raise PartsInvalid
        parts = [[node_of[member] for member in part] for part in asked]
        moved = [node for part in parts for node in part]
        rest = [node for node in nodes if node not in set(moved)]
        found = [part for part in (rest, *parts) if part]
        if len(moved) != len(set(moved)) or len(found) < 2:
            raise PartsInvalid
        return found

    async def two(
        self, kind: Kind, entity: UUID, other: UUID, version: str | None
    ) -> tuple[list[int], list[int]]:
        if entity == other:
            raise MergePointless
        left = await self._held_to(kind, entity, version, "/merge")
        right = await self._standing(kind, other, "/members")
        if len(left) + len(right) > MEMBERS_MOST:
            raise MembersTooMany(most=MEMBERS_MOST)
        return left, right

    async def _held_to(self, kind: Kind, entity: UUID, version: str | None, act: str) -> list[int]:
        if version is None:
            raise VersionMissing
        nodes = await self._standing(kind, entity, act)
        if version not in (ANY, membership_version(kind, nodes)):
            raise MembershipChanged
        if len(nodes) > MEMBERS_MOST:
            raise MembersTooMany(most=MEMBERS_MOST)
        return nodes

    async def _standing(self, kind: Kind, entity: UUID, act: str) -> list[int]:
        """Its members; where the id is gone, what became of it."""
        nodes = await self._repository.members(kind, entity)
        if nodes:
            return nodes
        successors = await self._repository.became(kind, entity)
        if successors is None:
            raise EntityAbsent
        raise became(kind, successors, act)
