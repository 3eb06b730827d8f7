"""Small stories and what a careful jurist concludes from each: words to tell one, and what must come out.

Whoever is named in no group of a story stands alone. Linking is the pure rules with the shipped model
(``support.reference_linker``), as the linker over the database does it.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations

from app.reconciliation.scoring import Model
from schemas.observations import Mention, Observation
from support.reference_linker import Linked, MentionName, RecordName, link
from support.sample_story import A, L, R, S, V, court_file, record


@dataclass(frozen=True)
class Story:
    """``cases``: records that are one case; ``persons``: mentions that are one person, as ``R1 victim 2``."""

    records: dict[str, Observation]
    cases: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()


def denuncia(number: str, *people: Mention, **more: object) -> Observation:
    more.setdefault("reported", more.get("facts"))
    return record(R, number, list(people), citation_key=number.replace(" ", "-"), **more)


def carpeta(number: str, *people: Mention, **more: object) -> Observation:
    return record(S, number, list(people), **more)


def expediente(number: str, *people: Mention, **more: object) -> Observation:
    return court_file(number, list(people), **more)


def call(number: str, *people: Mention, **more: object) -> Observation:
    """``citation_key``: the number as others cite it, where the call's own spelling is another."""
    return record(L, number, list(people), **more)


ABANCAY, AYAVIRI, CUSCO, JULIACA = "030101", "210801", "080101", "211101"
TARAPOTO, TAMBOPATA, HUEPETUHE, TRUJILLO = "220901", "170101", "170204", "130101"


@cache
def shipped() -> Model:
    return Model.load()


def told(story: Story, seed: int = 0) -> Linked:
    """The story linked, its records in an order of ``seed``."""
    records = list(story.records.values())
    return link(random.Random(seed).sample(records, len(records)), shipped())


def every_arrival(story: Story) -> Iterator[Linked]:
    """The story linked in every order in which its records can come."""
    return (link(records, shipped()) for records in permutations(story.records.values()))


def expected_cases(story: Story) -> frozenset[frozenset[RecordName]]:
    groups = [frozenset(_record(story, label) for label in group.split()) for group in story.cases]
    grouped = frozenset().union(*groups)
    alone = [_record(story, name) for name, each in story.records.items() if each.makes_case]
    return frozenset(groups) | {frozenset({one}) for one in alone if one not in grouped}


def expected_persons(story: Story) -> frozenset[frozenset[MentionName]]:
    groups = [frozenset(_mention(story, label) for label in group.split(", ")) for group in story.persons]
    grouped = frozenset().union(*groups)
    alone = [one for one in _everybody(story) if one not in grouped]
    return frozenset(groups) | {frozenset({one}) for one in alone}


def _record(story: Story, label: str) -> RecordName:
    return story.records[label].feed.value, story.records[label].key


def _mention(story: Story, label: str) -> MentionName:
    name, role, order = label.split()
    return *_record(story, name), role, int(order)


def _everybody(story: Story) -> Iterable[MentionName]:
    for name, each in story.records.items():
        for mention in each.mentions if each.makes_case else ():
            if mention.role in (V, A):
                yield *_record(story, name), mention.role.value, mention.order
