"""Which mention of a new version is which of those held: the person, not the place."""

from datetime import date
from itertools import permutations

import pytest

from app.ingestion.aligning import KnownMention, MentionKey, aligned, evidence
from schemas.observations import Document, Identity
from schemas.vocabulary import DocumentType

DIANA = Identity(paternal="ZAMATA", maternal="TICLLA", given="DIANA")
FELIPA = Identity(paternal="BUENO", maternal="COAQUIRA", given="FELIPA")
ROSA = Identity(paternal="ZAMATA", maternal="TICLLA", given="ROSA")
NOBODY = Identity()
V = "victim"


def document(number: str) -> Document:
    return Document(type=DocumentType.DNI, number=number)


def held(*people: Identity | None, present: bool = True, first: int = 1) -> list[KnownMention]:
    return [
        KnownMention(100 + place, (V, place), present, person) for place, person in enumerate(people, first)
    ]


def named(*people: Identity) -> dict[MentionKey, Identity]:
    return {(V, place): person for place, person in enumerate(people, 1)}


def ids(known: list[KnownMention], *people: Identity) -> list[int | None]:
    found = aligned(known, named(*people))
    return [found.get((V, place)) for place in range(1, len(people) + 1)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_numbering_anew_moves_nobody(order: tuple[int, ...]) -> None:
    people = (DIANA, FELIPA, ROSA)  # ROSA is DIANA's sister
    assert ids(held(*people), *(people[place] for place in order)) == [101 + place for place in order]


def test_somebody_else_at_a_place_is_new() -> None:
    assert ids(held(DIANA), FELIPA) == [None]
    assert ids(held(DIANA), ROSA) == [None]


def test_who_was_named_before_is_known_again() -> None:
    known = [*held(DIANA, present=False), KnownMention(109, (V, 1), True, FELIPA)]
    assert ids(known, DIANA) == [101]
    assert ids(known, FELIPA, DIANA) == [109, 101]
    assert ids(known, ROSA) == [None]


CORRECTED = [
    DIANA.model_copy(update={"paternal": "SAMATA"}),
    DIANA.model_copy(update={"maternal": None}),
    DIANA.model_copy(update={"maternal": "OLLA"}),
    DIANA.model_copy(update={"given": "DIANA YULI"}),
    DIANA.model_copy(update={"birth_date": date(2007, 5, 14)}),
    DIANA.model_copy(update={"document": document("29150731")}),
    NOBODY,
]


@pytest.mark.parametrize("corrected", CORRECTED)
def test_a_correction_keeps_the_row(corrected: Identity) -> None:
    assert ids(held(DIANA, FELIPA), corrected, FELIPA) == [101, 102]
    assert ids(held(corrected, FELIPA), DIANA, FELIPA) == [101, 102]


def test_what_contradicts() -> None:
    papers = DIANA.model_copy(update={"document": document("29150731"), "birth_date": date(2007, 5, 14)})
    assert evidence(papers, papers.model_copy(update={"document": document("10203040")})) is None
    born = DIANA.model_copy(update={"birth_date": date(2007, 5, 14)})
    assert evidence(born, born.model_copy(update={"birth_date": date(1991, 12, 30)})) is None
    assert evidence(papers, papers.model_copy(update={"document": document("29150781")})) is not None
    assert evidence(papers, papers.model_copy(update={"birth_date": date(2007, 5, 15)})) is not None
    assert evidence(papers, FELIPA.model_copy(update={"document": document("29150731")})) is not None


def test_nobody_keeps_a_place_and_is_followed_nowhere() -> None:
    assert ids(held(NOBODY, NOBODY), NOBODY, NOBODY) == [101, 102]
    assert ids(held(NOBODY), DIANA) == [101]
    assert ids(held(None, present=False), DIANA) == [101]


def test_who_could_be_two_is_followed_to_neither() -> None:
    assert ids(held(DIANA), FELIPA, DIANA, DIANA) == [None, None, None]
    assert ids(held(DIANA), DIANA, DIANA) == [101, None]


def test_no_order_has_a_say() -> None:
    known = held(DIANA, FELIPA, ROSA)
    wanted = named(ROSA, DIANA, FELIPA)
    found = {tuple(sorted(aligned(some, wanted).items())) for some in map(list, permutations(known))}
    turned = {tuple(sorted(aligned(known, dict(some)).items())) for some in permutations(wanted.items())}
    assert len(found | turned) == 1


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (DocumentType.PAS, "004377182", "4377182"),
        (DocumentType.CI, "0012345678", "V12345678"),
        (DocumentType.CI, "E1234567", "1234567"),
    ],
)
def test_a_document_is_one_in_both_its_spellings(kind: DocumentType, one: str, other: str) -> None:
    before, after = (
        DIANA.model_copy(update={"document": Document(type=kind, number=number)}) for number in (one, other)
    )
    assert evidence(before, after) == evidence(before, before)
    assert ids(held(FELIPA, before), after) == [102]
