"""The rules of review, apart from any database."""

from itertools import combinations
from random import Random

import pytest

from app.reconciliation.clusters import Rules, agglomerate
from app.reconciliation.resolve import pair
from app.reconciliation.review.rules import (
    ItemId,
    Joined,
    Place,
    Policy,
    contradiction,
    fulfilled,
    membership_version,
    pairs_of_merge,
    pairs_of_split,
)


def test_an_items_name_and_place_are_read_back() -> None:
    item = ItemId("person", 3, 12)
    assert ItemId.parse(str(item)) == item
    place = Place(3, 1, 4, 0, item)
    assert Place.parse(str(place)) == place


@pytest.mark.parametrize(
    "name", ["", "person-3", "person-3-3", "person-4-3", "case-03-4", "record-3-4", "case-٣-4"]
)
def test_a_name_of_nothing_is_none(name: str) -> None:
    assert ItemId.parse(name) is None


def test_a_split_says_every_pair() -> None:
    assert pairs_of_split([[1, 4], [2]]) == {(1, 2): "different", (1, 4): "same", (2, 4): "different"}
    assert pairs_of_merge([4], [1, 9]) == {(1, 4): "same", (4, 9): "same"}


def clustered(words: dict[tuple[int, int], str], nodes: range, random: Random) -> list[list[int]]:
    """With machine edges that are strong, any way: only the words can keep apart."""
    different = {key for key, word in words.items() if word == "different"}
    rules: Rules[int] = Rules(
        stable_key=lambda n: n,
        evidence=lambda a, b: 9.0,
        vetoed=lambda a, b: False,
        upper=lambda a, b: 1.0,
        floor=-5.0,
        forbidden=lambda a, b: pair(a, b) in different,
    )
    edges = {key: random.uniform(2, 9) for key in combinations(nodes, 2)}
    return agglomerate(nodes, edges, rules, [key for key, word in words.items() if word == "same"])


@pytest.mark.parametrize("seed", range(30))
def test_words_that_do_not_contradict_are_fulfilled_whatever_the_machine_holds(seed: int) -> None:
    """So that what is accepted is never half done."""
    random, nodes = Random(seed), range(6)
    words: dict[tuple[int, int], str] = {}
    refused = 0
    for _ in range(120):
        new = {pair(*random.sample(nodes, 2)): random.choice(("same", "different", "unsure", "withdrawn"))}
        if contradiction(words, new):
            refused += 1
            continue
        words |= new
        clusters = clustered(words, nodes, random)
        place = {node: index for index, cluster in enumerate(clusters) for node in cluster}
        assert fulfilled(words, place)
    assert refused


def test_a_contradiction_is_told_by_its_shortest_chain() -> None:
    words = {(1, 2): "same", (2, 3): "same", (1, 4): "same", (4, 5): "same", (3, 5): "same"}
    assert contradiction(words, {(1, 3): "different"}) == [(2, 3), (1, 2), (1, 3)]
    assert contradiction(words, {(1, 2): "different"}) == [(2, 3), (3, 5), (4, 5), (1, 4), (1, 2)]
    assert contradiction(words, {(1, 6): "different"}) is None
    assert contradiction({**words, (6, 7): "different"}, {(1, 6): "same"}) is None
    assert contradiction({(1, 2): "different"}, {(1, 2): "same"}) is None, "the new word replaces the old"


def test_who_is_in_no_cluster_is_apart() -> None:
    assert fulfilled({(1, 2): "different"}, {})
    assert not fulfilled({(1, 2): "same"}, {})
    assert not fulfilled({(1, 2): "same"}, {1: "x"})


def test_two_persons_are_asked_where_the_policy_lists_it() -> None:
    small, young = Joined(2, False, 1), Joined(2, True, 0)
    large, both = Joined(8, False, 0), Joined(3, False, 2)
    listed = Policy()
    assert listed.asks([small]) == ()
    assert listed.asks([small, young]) == ("minors",)
    assert listed.asks([large]) == ("size",)
    assert listed.asks([both, young]) == ("minors", "documents")
    assert Policy(members=9).asks([large]) == ()
    assert Policy("never").asks([young]) == ()
    assert Policy("always").asks([]) == ("always",)


def test_a_version_is_of_the_members_alone() -> None:
    assert membership_version("case", [3, 1]) == membership_version("case", (1, 3))
    assert membership_version("case", [1]) != membership_version("person", [1])
    assert membership_version("case", [1, 3]) != membership_version("case", [13])
