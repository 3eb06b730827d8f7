"""What shares a block: rare names alone, common ones with something more; and what that finds of a truth."""

import pytest

from app.reconciliation.blocking import MENTION_RULES, mention_blocks
from app.reconciliation.blocking_recall import recall_by_rule
from app.reconciliation.features import ReportFeatures, report_features
from app.world.observe import observation
from app.world.truth import truth_rows
from app.world.world import World
from schemas.vocabulary import Feed, Role
from support.sample_story import person, record


def rules_of(name: str, **more: object) -> set[str]:
    report = one(name, **more)
    return {rule for rule, _ in mention_blocks(report.mentions[0], report)}


def one(name: str, number: str = "COM-A-2023-1", **more: object) -> ReportFeatures:
    people = [person(Role.VICTIM, 1, name)]
    return report_features(
        record(Feed.RETA_PNP, number, people, reported="2023-05-02", place="150101", **more)
    )


def test_a_rare_name_is_a_block_by_itself_and_half_of_it_is_not() -> None:
    found = rules_of("ZUMBAYCO/YNQUILTUPA/ZENOBIA")
    assert {"names", "surnames", "paternal_given_place"} <= found
    assert found.isdisjoint({"names_place", "paternal_given", "maternal_given"})


def test_a_common_name_asks_for_something_more() -> None:
    found = rules_of("QUISPE/FLORES/MARIA")
    assert found.isdisjoint({"names", "surnames", "paternal_given_maternal"})
    assert {"names_place", "surnames_place", "paternal_given_place"} <= found


def values(rule: str, name: str, **more: object) -> set[str]:
    report = one(name, **more)
    return {value for found, value in mention_blocks(report.mentions[0], report) if found == rule}


def test_the_commoner_the_name_and_the_larger_the_place_the_finer_the_block() -> None:
    """Lima says enough beside a rare name; beside a common one it is divided by the year."""
    (rare,), (common,) = (
        values("paternal_given_place", name) for name in ("ZUMBAYCO//ZENOBIA", "QUISPE//MARIA")
    )
    assert common.count("|") == rare.count("|") + 1


@pytest.mark.parametrize("other", ["45678911", "54678901", "945678901", "456789012"])
def test_a_number_one_edit_apart_shares_a_half_and_the_names_beside_it(other: str) -> None:
    assert halves("45678901") & halves(other)
    assert not halves("45678901") & halves("54678910")


def halves(number: str) -> set[tuple[str, str]]:
    person_of = person(Role.VICTIM, 1, "QUISPE/FLORES/MARIA", doc=f"PAS {number}")
    report = report_features(record(Feed.RETA_PNP, "COM-A-2023-1", [person_of], reported="2023-05-02"))
    blocks = mention_blocks(report.mentions[0], report)
    return {(rule, value) for rule, value in blocks if rule in {"document_head", "document_tail"}}


def test_two_of_a_common_name_share_no_block_by_half_a_name_in_other_places_and_years() -> None:
    here = one("QUISPE/FLORES/MARIA")
    there = report_features(
        record(
            Feed.RETA_PNP, "COM-B-2019-1", [person(Role.VICTIM, 1, "QUISPE/ROJAS/MARIA")],
            reported="2019-05-02", place="230101",
        )
    )  # fmt: skip
    blocks = [set(mention_blocks(r.mentions[0], r)) for r in (here, there)]
    assert blocks[0].isdisjoint(blocks[1])


def world_mentions(mentions: int) -> list:
    found = []
    for _, histories in World.generate(mentions=mentions, seed=81, difficulty="normal").histories():
        for history in histories:
            if not history.stands:
                continue
            report = report_features(observation(history.final))
            truth = {(row.role, str(row.order)): row.person for row in truth_rows(history) if row.person}
            found += [
                (truth[m.role, str(m.order)], m, report)
                for m in report.mentions
                if report.makes_case and (m.role, str(m.order)) in truth
            ]
    return found


def test_recall_is_told_rule_by_rule() -> None:
    told = recall_by_rule(world_mentions(3_000))
    assert told.true_pairs > 500
    assert {rule.rule for rule in told.rules[:-1]} <= {*(r.name for r in MENTION_RULES), "reported_given"}
    assert all(rule.alone <= rule.found <= rule.candidates for rule in told.rules[:-1])
    assert max(rule.found for rule in told.rules[:-1]) <= told.rules[-1].found <= told.true_pairs
    assert told.recall > 0.6  # who has no name has no key: such people are found in their case


def test_candidates_of_a_mention_grow_more_slowly_than_what_is_held() -> None:
    """Blocks of common names are divided; what grows with the registry is their finest part."""
    small, large = (recall_by_rule(world_mentions(size)) for size in (2_000, 16_000))
    per_mention = [told.rules[-1].candidates / size for told, size in ((small, 2_000), (large, 16_000))]
    assert per_mention[1] < 2 * per_mention[0]
