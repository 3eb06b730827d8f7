"""What shares a block: rare names alone, common ones with something more; and what that finds of a truth."""

import zlib

import pytest

from app.reconciliation.blocking import MENTION_RULES, mention_blocks, record_blocks, shared
from app.reconciliation.blocking_recall import recall_by_rule
from app.reconciliation.features import ReportFeatures, report_features
from app.world.observe import observation
from app.world.truth import truth_rows
from app.world.world import World
from schemas.vocabulary import Feed, Role
from support.sample_story import person, record


def rules_of(name: str, **more: object) -> set[str]:
    report = one(name, **more)
    return {block.rule for block in mention_blocks(report.mentions[0], report)}


def one(name: str, number: str = "COM-A-2023-1", **more: object) -> ReportFeatures:
    people = [person(Role.VICTIM, 1, name)]
    told = {"reported": "2023-05-02", "place": "150101"} | more
    return report_features(record(Feed.RETA_PNP, number, people, **told))


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
    return {b.value for b in mention_blocks(report.mentions[0], report) if b.rule == rule}


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
    return {block[:2] for block in blocks if block.rule in {"document_head", "document_tail"}}


def test_two_of_a_common_name_share_no_block_by_half_a_name_in_other_places_and_years() -> None:
    here = one("QUISPE/FLORES/MARIA")
    there = report_features(
        record(
            Feed.RETA_PNP, "COM-B-2019-1", [person(Role.VICTIM, 1, "QUISPE/ROJAS/MARIA")],
            reported="2019-05-02", place="230101",
        )
    )  # fmt: skip
    assert not met(here, there)


def met(a: ReportFeatures, b: ReportFeatures) -> set[str]:
    """The rules by which the first person of each are candidates: two ways of saying it, kept keys too."""
    blocks = [mention_blocks(r.mentions[0], r) for r in (a, b)]
    rules = shared(blocks[0], blocks[1])
    assert rules == shared(blocks[1], blocks[0])
    keys = [{block.signed(zlib.crc32(repr(block[:2]).encode()) + 1) for block in each} for each in blocks]
    equal = {key for key in keys[0] & keys[1] if key > 0}
    opposite = {key for key in keys[0] if -key in keys[1]}
    assert len(equal) + len(opposite) == len(rules)
    return rules


def test_half_a_name_asks_for_whole_ones_that_do_not_ask_for_each_other() -> None:
    whole, same, other = (one(f"QUISPE/{each}/MARIA") for each in ("FLORES", "FLORES", "ROJAS"))
    half = one("QUISPE//MARIA")
    assert "paternal_given_place" in met(whole, half) & met(half, half)
    assert not met(whole, other)
    assert "paternal_given_place" not in met(whole, same) >= {"names_place"}


def test_a_given_name_alone_asks_for_whoever_bears_it_near_and_then() -> None:
    given, whole = one("//MARIA", place="150131"), one("QUISPE/FLORES/MARIA", place="150131")
    assert met(given, whole) == {"reported_given"} <= met(given, given)
    assert "reported_given" not in met(whole, whole)


def test_a_week_and_a_district_bring_a_call_to_what_it_starts_and_nothing_else_together() -> None:
    call, complaint, file = (
        report_features(record(feed, number, [], reported="2023-05-02", place="150131"))
        for feed, number in (
            (Feed.LINEA_1818, "1818-23-000001"),
            (Feed.RETA_PNP, "COM-A-2023-1"),
            (Feed.SISTRA, "1606014501-2023-1-0"),
        )
    )
    assert shared(record_blocks(call), record_blocks(complaint)) == {"reported_district"}
    assert not shared(record_blocks(complaint), record_blocks(file))


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
