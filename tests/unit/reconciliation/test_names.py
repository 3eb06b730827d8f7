"""Names in comparable form: particles, married names, two surnames in one field, initials, short forms."""

import pytest

from app.reconciliation.names import Surnames, fold, given_words, initials_of, name_stems, surnames
from app.reconciliation.nicknames import NICKNAMES


@pytest.mark.parametrize("written", ["NÚÑEZ", "NU¥EZ", "Nuñez", " núñez ", "NUNEZ"])
def test_a_lost_letter_is_the_same_name(written: str) -> None:
    assert fold(written) == "NUNEZ"


@pytest.mark.parametrize("written", ["DE LA CRUZ", "DELACRUZ", "De  La Cruz", "DELA CRUZ"])
def test_particles_belong_to_their_surname(written: str) -> None:
    assert surnames("ROJAS", written).maternal == "DELACRUZ"


@pytest.mark.parametrize("married", ["VDA DE MAMANI", "VIUDA DE MAMANI", "VDA. DE MAMANI", "DE MAMANI"])
def test_a_husbands_surname_is_no_surname_of_hers(married: str) -> None:
    assert surnames("QUISPE", married) == Surnames("QUISPE", None)
    assert surnames("QUISPE", f"ROJAS {married}") == Surnames("QUISPE", "ROJAS")


def test_two_surnames_in_one_field_are_both() -> None:
    assert surnames("CCORI HUAMAN", None) == Surnames("CCORI", "HUAMAN")
    assert surnames("DE LA CRUZ HUAMAN", None) == Surnames("DELACRUZ", "HUAMAN")


def test_a_title_is_no_name() -> None:
    assert given_words("SR. TEODOMIRO") == ("TEODOMIRO",)


@pytest.mark.parametrize("stated", ["OYCH", "OCH"])
def test_initials_are_read_with_one_given_name_or_all(stated: str) -> None:
    assert stated in initials_of(("ODALIS", "YARITZA"), "CCORI", "HUAMAN")


@pytest.mark.parametrize("stated", ["ZND", "ZNC", "ZNDLC"])
def test_initials_are_read_with_and_without_particles(stated: str) -> None:
    assert stated in initials_of(("ZORAIDA",), "NUNEZ", "DELACRUZ")


def test_half_a_name_has_no_initials() -> None:
    assert initials_of(("ODA",), None, None) == ()


@pytest.mark.parametrize(
    ("short", "name"), [("PEPE", "JOSE"), ("LUCHO", "LUIS"), ("ROSITA", "ROSA"), ("JUANITO", "JUAN")]
)
def test_a_short_form_stands_for_its_name(short: str, name: str) -> None:
    assert name in name_stems(short)


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("PEPE", "JOSE"), ("LUCHO", "LUIS"), ("PANCHO", "FRANCISCO"), ("PACO", "FRANCISCO"),
        ("CHARO", "ROSARIO"), ("MECHE", "MERCEDES"), ("NELLY", "NELIDA"), ("QUIQUE", "ENRIQUE"),
        ("CHABUCA", "ISABEL"), ("TITO", "ALBERTO"), ("GOYO", "GREGORIO"), ("MALENA", "MAGDALENA"),
        ("LUCHA", "LUZ"), ("TONO", "ANTONIO"), ("YULI", "YULIANA"), ("CHUCHO", "JESUS"),
        ("ROSITA", "ROSA"), ("JUANCITO", "JUAN"), ("ANITA", "ANA"),
    ],
)  # fmt: skip
def test_a_short_form_in_use_stands_for_its_name(short: str, name: str) -> None:
    assert not set(name_stems(short)).isdisjoint(name_stems(name))


@pytest.mark.parametrize(
    ("one", "other"),
    [("PEPE", "PEDRO"), ("LUCHO", "LUCIA"), ("CHARO", "CARMEN"), ("CHINO", "CHATO"), ("ROSA", "ROSARIO")],
)
def test_a_short_form_stands_for_no_other_name(one: str, other: str) -> None:
    assert set(name_stems(one)).isdisjoint(name_stems(other))


def test_short_forms_are_folded_and_stand_for_something_else() -> None:
    for short, names in NICKNAMES.items():
        assert fold(short) == short
        assert all(fold(name) == name and name != short for name in names)
