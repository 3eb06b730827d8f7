"""The rules of review. Pure: what a doubtful pair is called, which pairs bind, who must speak, conflicts."""

import hashlib
import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Final, Literal, Self, cast

from app.reconciliation.neighbourhood import Kind
from app.reconciliation.resolve import Pair, pair

MEMBERS_MOST: Final = 100  # of what is split or merged: their pairs are written one by one

_ITEM: Final = re.compile(r"(person|case)-([1-9][0-9]{0,17})-([1-9][0-9]{0,17})", re.ASCII)
_CURSOR: Final = re.compile(
    r"([0-9]{1,9})-([01])-([0-9]{1,9})-([01])-(person|case)-([1-9][0-9]{0,17})-([1-9][0-9]{0,17})", re.ASCII
)

Words = Mapping[Pair, str]  # what reviewers' words on pairs are, or are to be
Why = Literal["always", "minors", "size", "documents"]


@dataclass(frozen=True, slots=True, order=True)
class ItemId:
    """A doubtful pair's name: the handles of its two records or mentions.

    A record keeps its handle for its (feed, key), a mention for its (record, role, order), and neither row is
    ever deleted: the name outlives every new linking, model and decision.
    """

    kind: Kind
    a: int
    b: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        found = _ITEM.fullmatch(text)
        if found is None or int(found[2]) >= int(found[3]):
            return None
        return cls(cast(Kind, found[1]), int(found[2]), int(found[3]))

    def __str__(self) -> str:
        return f"{self.kind}-{self.a}-{self.b}"

    @property
    def pair(self) -> Pair:
        return (self.a, self.b)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in the queue: most figures first, then minors, then most members moved, then what
    the machine holds likelier than not; equal ones by their name."""

    figures: int
    minors: int
    moved: int
    likely: int
    item: ItemId

    @classmethod
    def parse(cls, cursor: str) -> Self | None:
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            return None
        figures, minors, moved, likely = (int(found[place]) for place in range(1, 5))
        item = ItemId(cast(Kind, found[5]), int(found[6]), int(found[7]))
        return cls(figures, minors, moved, likely, item)

    def __str__(self) -> str:
        return f"{self.figures}-{self.minors}-{self.moved}-{self.likely}-{self.item}"


def pairs_of_split(parts: Sequence[Collection[int]]) -> dict[Pair, str]:
    """Every pair across parts is different, every pair within one the same.

    A chain within each part and one pair between any two would do today. Every pair is said because members
    vanish (a record is annulled, a new version names nobody): what is left is still told apart, and the rest
    still held together.
    """
    place = {member: index for index, part in enumerate(parts) for member in part}
    return {
        pair(a, b): "same" if place[a] == place[b] else "different" for a, b in combinations(sorted(place), 2)
    }


def pairs_of_merge(left: Collection[int], right: Collection[int]) -> dict[Pair, str]:
    """Every pair across the two is the same: whichever members vanish, the others stay joined."""
    return {pair(a, b): "same" for a in left for b in right}


def contradiction(standing: Words, new: Words) -> list[Pair] | None:
    """The shortest chain of "same" between two ends that are to be "different", and that pair last.

    ``new`` counts where it speaks of a pair that ``standing`` speaks of too. None where all can be true.
    """
    words = {**standing, **new}
    joined: dict[int, list[int]] = defaultdict(list)
    for (a, b), word in sorted(words.items()):
        if word == "same":
            joined[a].append(b)
            joined[b].append(a)
    chains = [
        [*path, key]
        for key, word in sorted(words.items())
        if word == "different" and (path := _path(joined, *key)) is not None
    ]
    return min(chains, key=len, default=None)


def _path(joined: Mapping[int, Sequence[int]], start: int, end: int) -> list[Pair] | None:
    came: dict[int, int] = {start: start}
    queue = deque([start])
    while queue and end not in came:
        at = queue.popleft()
        for other in joined.get(at, ()):
            if other not in came:
                came[other] = at
                queue.append(other)
    if end not in came:
        return None
    path: list[Pair] = []
    while end != start:
        path.append(pair(end, came[end]))
        end = came[end]
    return path


def fulfilled(words: Words, members: Mapping[int, object]) -> bool:
    """The clusters do as the words say. Who is in no cluster is apart from everybody."""
    for (a, b), word in words.items():
        together = a in members and members[a] == members.get(b)
        if (word == "same" and not together) or (word == "different" and together):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Policy:
    """When one reviewer's word is not enough, and how long a lease lasts.

    "listed": to join cases or persons needs two where a person under 18 is among those joined, where the two
    together have ``members`` members or more, or where both sides are victims with a valid document each.
    To tell apart, to put aside and to undo never need two: they can be joined again, and a wrong join is the
    graver harm.
    """

    two_persons: Literal["never", "listed", "always"] = "listed"
    members: int = 8
    lease: timedelta = timedelta(minutes=30)

    def asks(self, joins: Iterable["Joined"]) -> tuple[Why, ...]:
        """Why a second reviewer must speak; nothing where one is enough."""
        joined = list(joins)
        if self.two_persons == "never":
            return ()
        if self.two_persons == "always":
            return ("always",)
        found: list[Why] = []
        if any(each.minors for each in joined):
            found.append("minors")
        if any(each.members >= self.members for each in joined):
            found.append("size")
        if any(each.documented_sides > 1 for each in joined):
            found.append("documents")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Joined:
    """A cluster that would be made out of several."""

    members: int
    minors: bool
    documented_sides: int  # of those it is made of, how many have a victim with a valid document


def same_officer(judge: str, other: str) -> bool:
    """Judges are ``client/officer``. One officer behind two clients, in whichever case the id is
    written, is one reviewer, not two."""
    return judge.partition("/")[2].casefold() == other.partition("/")[2].casefold()


def membership_version(kind: Kind, members: Iterable[int]) -> str:
    """The same for the same members, in whatever order."""
    said = f"{kind}:{','.join(map(str, sorted(members)))}"
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def request_text(*parts: object) -> bytes:
    """Who asks for what. The same request again is the same text."""
    return repr(parts).encode()
