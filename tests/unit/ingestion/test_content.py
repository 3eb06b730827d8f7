"""When two versions have the same content, and what is said of a difference."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.ingestion.content import canonical, differences
from schemas.observations import Identity, Mention, Observation, Offence
from schemas.vocabulary import Feed, OffenceFamily, Purpose, Role, Stage


def observed(**values: Any) -> Observation:
    base: dict[str, Any] = {
        "feed": Feed.SISTRA,
        "number": "2706014507-2023-88-0",
        "key": "2706014507-2023-88-0",
        "citation_key": "2706014507-2023-88-0",
        "stamp": datetime(2024, 1, 1, tzinfo=UTC),
        "offence": Offence(family=OffenceFamily.TRAFFICKING, label="TRATA DE PERSONAS"),
        "mentions": (
            Mention(role=Role.VICTIM, order=1, identity=Identity(given="AURISTELA")),
            Mention(role=Role.SUSPECT, order=1, identity=Identity(paternal="VARGAS")),
        ),
    }
    return Observation(**{**base, **values})


@pytest.mark.parametrize(
    "same",
    [
        {"office": "Comisaría  de Mazuko"},  # accents, case and double spaces
        {"number": "2706014507 - 2023 - 88 - 0"},  # compared in canonical form, which is the key
        {"stamp": datetime(2025, 1, 1, tzinfo=UTC)},  # when, not what
    ],
)
def test_what_is_no_difference_of_content(same: dict[str, Any]) -> None:
    base = {"office": "COMISARIA DE MAZUKO"}
    assert canonical(observed(**base)) == canonical(observed(**{**base, **same}))


@pytest.mark.parametrize(
    ("held", "arriving", "field", "value", "personal"),
    [
        ({"stage": Stage.TRIAL}, {"stage": Stage.SENTENCE}, "stage", "sentence", False),
        ({"office": "NUNEZ"}, {"office": "NUÑEZ"}, "office", "NUÑEZ", False),  # a letter of its own
        ({"narrative": "UNO"}, {"narrative": "DOS"}, "narrative", "DOS", True),
        (
            {},
            {"mentions": (Mention(role=Role.VICTIM, order=1, identity=Identity(given="MAYTE")),)},
            "mentions.victim.1.identity.given",
            "MAYTE",
            True,
        ),
        ({"annulled": False}, {"annulled": True}, "annulled", None, False),
    ],
)
def test_a_difference_names_its_field(
    held: dict[str, Any], arriving: dict[str, Any], field: str, value: str | None, personal: bool
) -> None:
    before, after = observed(**held), observed(**arriving)
    assert canonical(before) != canonical(after)
    found = {one.field: one for one in differences(before, after)}
    assert found[field].value == value
    assert found[field].personal is personal


def test_a_person_named_by_one_version_only_is_a_difference() -> None:
    fewer = observed(mentions=observed().mentions[:1])
    assert "mentions.suspect.1" in {one.field for one in differences(observed(), fewer)}


def test_the_order_inside_lists_is_no_difference() -> None:
    there = observed(purposes=(Purpose.SERVITUDE, Purpose.BEGGING))
    back = observed(purposes=(Purpose.BEGGING, Purpose.SERVITUDE), mentions=observed().mentions[::-1])
    assert differences(there, back) == []
