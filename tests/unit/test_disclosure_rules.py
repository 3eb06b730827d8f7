"""Cells, policy and primary suppression."""

from datetime import date
from decimal import Decimal

import pytest

from app.releases.disclosure.audit import Refused, audit
from app.releases.disclosure.cells import Cell, Dimension, History, LinkedSet, MalformedSet, Withheld
from app.releases.disclosure.policy import PUBLIC_EDITION, Policy, in_force
from app.releases.disclosure.primary import sensitive
from app.releases.disclosure.protecting import protect
from support.disclosure_kit import DIMENSIONS, SMALL, USUAL, table

SEX = Dimension("sex", ("F", "M", "U"))
PURPOSE = Dimension("purpose", ("labour", "sexual"))
YES = Dimension("labour", ("yes", "no"))


def square(counts: dict[tuple[str, ...], int], **more: object) -> LinkedSet:
    cells = table("cases", sex=("", *SEX.leaves), purpose=("", *PURPOSE.leaves))
    return LinkedSet((PURPOSE, SEX), {"cases": counts}, {"one": cells}, **more)  # type: ignore[arg-type]


LARGE = {
    ("labour", "F"): 20,
    ("labour", "M"): 30,
    ("labour", "U"): 25,
    ("sexual", "F"): 40,
    ("sexual", "M"): 3,
}


def test_the_public_edition_withholds_up_to_four_cases_and_ten_victims() -> None:
    assert PUBLIC_EDITION.sensitivity("cases").suppressed_to == 4
    assert PUBLIC_EDITION.sensitivity("victims").suppressed_to == 10


def test_a_measure_nobody_decided_on_is_not_public() -> None:
    with pytest.raises(KeyError):
        PUBLIC_EDITION.sensitivity("informants")


def test_the_policy_of_a_day_is_the_latest_that_began() -> None:
    later = Policy("2027-1", date(2027, 1, 1), PUBLIC_EDITION.sensitivities)
    assert in_force((later, PUBLIC_EDITION), date(2026, 12, 31)) is PUBLIC_EDITION
    assert in_force((later, PUBLIC_EDITION), date(2027, 1, 1)) is later
    with pytest.raises(LookupError):
        in_force((later,), date(2026, 12, 31))


def test_rates_are_rounded_and_never_made_of_withheld_counts() -> None:
    assert USUAL.rate(1, 3) == Decimal("33.3")
    assert USUAL.rate(Withheld.SUPPRESSED, 3) is Withheld.SUPPRESSED
    assert USUAL.rate(3, Withheld.SUPPRESSED) is Withheld.SUPPRESSED
    assert USUAL.rate(Withheld.NOT_AVAILABLE, 3) is Withheld.NOT_AVAILABLE
    assert USUAL.rate(0, 0) is Withheld.NOT_AVAILABLE


def test_a_lone_small_cell_is_not_left_to_subtraction() -> None:
    found = protect(square(LARGE), USUAL)
    assert found.shown[Cell.of("cases", sex="M", purpose="sexual")] is Withheld.SUPPRESSED
    assert len(found.suppressed) >= 4
    assert found.shown[Cell.of("cases", sex="U", purpose="sexual")] in (0, Withheld.SUPPRESSED)
    assert found.gaps["cases"] == pytest.approx(0, abs=1e-4)


def test_zero_is_a_value_and_missing_is_not_zero() -> None:
    missing = frozenset({Cell.of("cases", sex="U", purpose="labour")})
    counts = dict.fromkeys(LARGE, 50)
    found = protect(square(counts, missing=missing), USUAL)
    assert found.shown[Cell.of("cases", sex="U", purpose="sexual")] == 0
    assert found.shown[next(iter(missing))] is Withheld.NOT_AVAILABLE
    assert found.suppressed == frozenset()


def test_zeros_that_say_what_everybody_is_are_withheld() -> None:
    counts = {**dict.fromkeys(LARGE, 50), ("sexual", "M"): 0}
    policy = Policy("z", date(2026, 1, 1), USUAL.sensitivities, frozenset({"sex"}))
    assert {cell.at for cell in sensitive(square(counts), policy)} >= {
        Cell.of("cases", sex=code, purpose="sexual").at for code in SEX.leaves
    }
    assert sensitive(square(counts), USUAL) == frozenset()


def test_primary_suppression_alone_is_refused_by_name_without_counts() -> None:
    tables = square(LARGE)
    with pytest.raises(Refused) as refused:
        audit(tables, sensitive(tables, USUAL), USUAL)
    assert str(refused.value).endswith("cases[purpose=sexual, sex=M]")


def test_what_was_published_and_has_become_small_is_not_told_again() -> None:
    """Nor do the others tell it: nobody learns more of it than was published."""
    cell = Cell.of("cases", sex="M", purpose="sexual")
    found = protect(square(LARGE, history=History(published=frozenset({cell}))), USUAL)
    assert found.shown[cell] is Withheld.SUPPRESSED
    assert found.shown[Cell.of("cases", sex="F", purpose="labour")] == 20


def test_a_count_under_another_name_is_the_same_cell() -> None:
    named = Dimension("sex", SEX.leaves, {"men": frozenset({"M"})})
    cells = table("cases", sex=("", *SEX.leaves, "men"), purpose=("", *PURPOSE.leaves))
    found = protect(LinkedSet((PURPOSE, named), {"cases": LARGE}, {"one": cells}), USUAL)
    assert found.shown[Cell.of("cases", sex="men", purpose="sexual")] is Withheld.SUPPRESSED


@pytest.mark.parametrize(
    "build",
    [
        lambda: Dimension("sex", ("F", "F")),
        lambda: Dimension("sex", ("F",), {"all": frozenset({"X"})}),
        lambda: Dimension("sex", ("F",), {"F": frozenset({"F"})}),
        lambda: square({("labour",): 1}),
        lambda: square({("labour", "F"): -1}),
        lambda: LinkedSet(DIMENSIONS, {"cases": {}}, {"t": frozenset({Cell.of("cases", sex="F")})}),
        lambda: LinkedSet(DIMENSIONS, {"cases": {}}, {"t": frozenset({Cell.of("victims")})}),
        lambda: square({}, covering=(frozenset({"sex"}),)),
        lambda: LinkedSet((YES,), {"cases": {("no",): 1}}, {}, covering=(frozenset({"labour"}),)),
    ],
)
def test_a_set_that_contradicts_itself_is_refused(build: object) -> None:
    with pytest.raises(MalformedSet):
        build()  # type: ignore[operator]


def test_what_is_known_already_is_withheld_and_nothing_is_added_to_it() -> None:
    tables = LinkedSet((SEX,), {"cases": {("F",): 1}}, {"one": frozenset({Cell.of("cases")})})
    fixed = History(published=frozenset(Cell.of("cases", sex=code) for code in SEX.leaves))
    found = protect(LinkedSet((SEX,), tables.counts, tables.tables, history=fixed), SMALL)
    assert found.shown == {Cell("cases"): Withheld.SUPPRESSED}


def test_what_earlier_releases_left_narrow_is_not_narrowed_further() -> None:
    """Of two cells that add up to 3 each is uncertain by 3, where 4 is asked: it stays so, and no release
    that tells one of them passes."""
    both = Dimension("sex", SEX.leaves, {"known": frozenset({"F", "M"})})
    history = History(frozenset({Cell.of("cases", sex="known")}), frozenset({Cell.of("cases", sex="F")}))
    cells = table("cases", sex=("F", "M"))
    tables = LinkedSet((both,), {"cases": {("F",): 1, ("M",): 2}}, {"one": cells}, history=history)
    assert protect(tables, USUAL).suppressed == cells
    with pytest.raises(Refused):
        audit(tables, frozenset({Cell.of("cases", sex="F")}), USUAL)
