"""Which cluster keeps which id, and what became of the others."""

from app.reconciliation.identity import Assignment, Event, Fate, assign

OLD = {1: "A", 2: "A", 3: "B", 4: "B", 5: "B"}


def _assign(old: dict[int, str], new: list[list[int]]) -> Assignment[str]:
    return assign(old, new, age=lambda member: member, make_id=lambda member: f"new{member}")


def test_nothing_changed_nothing_happens() -> None:
    found = _assign(OLD, [[3, 4, 5], [1, 2]])
    assert found.ids == ("B", "A")
    assert not found.fates
    assert not found.created


def test_a_merge_keeps_the_oldest_members_id_and_redirects_the_other() -> None:
    found = _assign(OLD, [[5, 4, 3, 2, 1]])
    assert found.ids == ("A",)
    assert found.fates == (Fate(Event.MERGED, "B", "A"),)


def test_a_split_leaves_the_id_with_the_oldest_and_says_where_the_rest_went() -> None:
    found = _assign(OLD, [[1, 2], [3], [4, 5]])
    assert found.ids == ("A", "B", "new4")
    assert found.created == {"new4"}
    assert found.fates == (Fate(Event.SPLIT, "B", "new4"),)


def test_a_member_that_moves_over_is_a_split_of_where_it_was() -> None:
    found = _assign(OLD, [[1, 2, 3], [4, 5]])
    assert found.ids == ("A", "B")
    assert found.fates == (Fate(Event.SPLIT, "B", "A"),)


def test_an_id_without_members_is_emptied() -> None:
    found = _assign(OLD, [[1, 2]])
    assert found.fates == (Fate(Event.EMPTIED, "B", None),)


def test_new_members_make_a_new_id_or_join_an_old_one() -> None:
    found = _assign(OLD, [[1, 2, 9], [3, 4, 5], [7, 8]])
    assert found.ids == ("A", "B", "new7")
    assert not found.fates


def test_every_id_is_given_once() -> None:
    found = _assign({1: "A", 2: "B", 3: "A", 4: "B"}, [[1, 4], [2, 3]])
    assert len(set(found.ids)) == 2
    assert found.ids == ("A", "B")


def test_a_cluster_gets_the_id_back_that_its_oldest_member_once_had() -> None:
    """What two ids became one under is undone: each part is known by its own id again."""
    found = assign(
        {1: "A", 2: "A"}, [[1], [2]], age=lambda m: m, make_id=lambda m: f"new{m}", wanted={2: "B"}
    )
    assert found.ids == ("A", "B")
    assert found.created == {"B"}
    assert [(fate.event, fate.source, fate.target) for fate in found.fates] == [("split", "A", "B")]


def test_an_id_that_stands_elsewhere_is_given_back_and_not_created_again() -> None:
    old, wanted = {1: "A", 2: "A", 3: "B"}, {2: "B"}
    found = assign(old, [[1], [2, 3]], age=lambda m: m, make_id=lambda m: f"new{m}", wanted=wanted)
    assert found.ids == ("A", "B")
    assert found.created == set()


def test_one_id_is_given_back_once() -> None:
    wanted = {1: "B", 2: "B"}
    found = assign({1: "A", 2: "A"}, [[1], [2]], age=lambda m: m, make_id=lambda m: f"new{m}", wanted=wanted)
    assert found.ids == ("B", "new2")


def _given_back(old: dict[int, str], new: list[list[int]], former: dict[int, str]) -> Assignment[str]:
    return assign(old, new, age=lambda m: m, make_id=lambda m: f"new{m}", former=former)


def test_a_former_id_is_given_back_where_its_oldest_stands_apart_again() -> None:
    found = _given_back({1: "A", 2: "A", 3: "A"}, [[1], [2, 3]], {2: "B", 3: "C"})
    assert found.ids == ("A", "B")
    assert found.fates == (Fate(Event.SPLIT, "A", "B"),)


def test_what_stands_goes_before_what_stood() -> None:
    found = _given_back({1: "A", 2: "B"}, [[1], [2]], {1: "X", 2: "Y"})
    assert found.ids == ("A", "B")
    assert not found.fates


def test_who_comes_back_as_the_oldest_has_the_id_of_their_own() -> None:
    assert _given_back({2: "B"}, [[1, 2]], {1: "A"}).ids == ("A",)
    assert _given_back({2: "B"}, [[1, 2]], {1: "A"}).fates == (Fate(Event.MERGED, "B", "A"),)


def test_who_comes_back_without_one_leaves_the_others_the_id_that_stands() -> None:
    """The oldest was away, and the others kept the id meanwhile."""
    found = _given_back({2: "A", 3: "A"}, [[1, 2, 3]], {})
    assert found.ids == ("A",)
    assert not found.fates


def test_an_id_of_a_younger_member_is_theirs_whose_oldest_had_it() -> None:
    assert _given_back({2: "A", 3: "A"}, [[1, 3], [2]], {}).ids == ("new1", "A")
    assert _given_back({2: "A", 3: "A"}, [[1, 3], [2]], {3: "C"}).ids == ("C", "A")
