"""What the linker promises beside the partition: ids, decisions, the change feed, many writers, export."""

import asyncio
import csv
from pathlib import Path
from random import Random

import pytest

from app.db.engine import Database
from app.reconciliation.errors import DecisionPointless, DecisionUnknown
from app.reconciliation.features import report_features
from app.reconciliation.ledger import Decision
from app.reconciliation.links import export_links
from schemas.observations import Observation
from schemas.vocabulary import Feed, Role, Stage
from support.keeping import Registry
from support.partitions import partition_of, reference
from support.sample_story import OBSERVATIONS, person, record
from support.small_worlds import latest, observations

FEED = "SELECT position, kind, event, entity_id FROM change ORDER BY position"


@pytest.fixture
def registry(database: Database) -> Registry:
    return Registry(database)


def police(number: str, people: int = 1, **more: object) -> Observation:
    mentions = [
        person(Role.VICTIM, n, "CCORI/HUAMAN/ODALIS", doc=f"DNI 2915073{n}", sex="F")
        for n in range(1, people + 1)
    ]
    return record(Feed.RETA_PNP, number, mentions, **more)


def prosecution(number: str, cites: str | None = None, **more: object) -> Observation:
    mentions = [person(Role.VICTIM, 1, "CCORI/HUAMAN/ODALIS", doc="DNI 29150731", sex="F")]
    cited = [(Feed.RETA_PNP, cites)] if cites else []
    return record(Feed.SISTRA, number, mentions, cites=cited, **more)


SAME = {"facts": "2023-03-10", "reported": "2023-03-12", "place": "170102"}
ELSEWHERE = {"facts": "2021-08-01", "reported": "2021-08-02", "place": "150601"}


async def case_of(registry: Registry, record_id: int) -> object:
    async with registry.database.read() as session:
        return await registry.linker.case_of(session, record_id)


async def test_features_of_held_records_are_those_of_their_observations(registry: Registry) -> None:
    """Linking sees what ``report_features`` made of the observation, though it comes back from columns."""
    from app.core.raw import raw_connection
    from app.reconciliation.repository import LinkRepository

    ids = await registry.keep_all(*OBSERVATIONS)
    async with registry.database.write() as session:
        repository = LinkRepository(await raw_connection(session), registry.sealer)
        held = {found.id: found.report for found in await repository.records(ids)}
    for record_id, seen in zip(ids, OBSERVATIONS, strict=True):
        made = report_features(seen, record_id)
        mentions = sorted(made.mentions, key=lambda m: (m.role, m.order)) if made.makes_case else []
        made.mentions = tuple(mentions)
        assert held[record_id] == made


async def test_a_merge_keeps_the_oldest_id_and_redirects_the_other(registry: Registry) -> None:
    first, second = await registry.put(
        police("COM-A-2023-1", **SAME), prosecution("2706014501-2023-1-0", **ELSEWHERE)
    )
    old, gone = await case_of(registry, first), await case_of(registry, second)
    assert old != gone
    await registry.put(prosecution("2706014501-2023-1-0", cites="COM-A-2023-1", **SAME))
    assert await case_of(registry, second) == old
    assert (gone, old, "merged") in await registry.rows(
        "SELECT from_id, to_id, event FROM redirect WHERE kind = 'case'"
    )
    assert await registry.rows("SELECT 1 FROM case_entity WHERE id = $1", gone) == []


async def test_a_split_says_where_the_parts_went(registry: Registry) -> None:
    first, second = await registry.put(
        police("COM-A-2023-1", **SAME), prosecution("2706014501-2023-1-0", cites="COM-A-2023-1", **SAME)
    )
    both = await case_of(registry, first)
    assert await case_of(registry, second) == both
    await registry.put(prosecution("2706014501-2023-1-0", **ELSEWHERE))
    part = await case_of(registry, second)
    assert await case_of(registry, first) == both != part
    assert await registry.rows("SELECT event, from_id, to_id FROM redirect WHERE kind = 'case'") == [
        ("split", both, part)
    ]


async def test_an_annulled_record_leaves_case_person_and_counts(registry: Registry) -> None:
    (only,) = await registry.put(police("COM-A-2023-1", **SAME))
    await registry.put(police("COM-A-2023-1", annulled=True, **SAME))
    assert await case_of(registry, only) is None
    for table in ("case_entity", "person_entity", "case_member", "person_member", "edge"):
        assert await registry.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert sorted(await registry.rows("SELECT kind, event FROM redirect")) == [
        ("case", "emptied"),
        ("person", "emptied"),
    ]


async def test_a_decision_binds_until_it_is_withdrawn(registry: Registry) -> None:
    a, b = await registry.put(police("COM-A-2023-1", **SAME), prosecution("2706014501-2023-1-0", **ELSEWHERE))

    async def decide(outcome: str) -> bool:
        async with registry.database.write() as session:
            await registry.linker.decide(session, Decision("case", b, a, outcome, "revisora-1", "lo vio"))
        await registry.linker.reconcile_full()
        return await case_of(registry, a) == await case_of(registry, b)

    assert [await decide(word) for word in ("same", "different", "same", "withdrawn")] == [
        True,
        False,
        True,
        False,
    ]
    assert await registry.rows("SELECT count(*) FROM judgement WHERE judge = 'revisora-1'") == [(4,)]


async def test_a_decision_about_nothing_is_refused(registry: Registry) -> None:
    (only,) = await registry.put(police("COM-A-2023-1", **SAME))
    async with registry.database.write() as session:
        with pytest.raises(DecisionPointless):
            await registry.linker.decide(session, Decision("case", only, only, "same", "revisora-1"))
        with pytest.raises(DecisionUnknown):
            await registry.linker.decide(session, Decision("person", 1, 999_999, "same", "revisora-1"))


async def test_linking_at_once_and_in_batches_at_the_same_time_ends_the_same(registry: Registry) -> None:
    """Writers of records, a linker of batches and a run over everything, all at once."""
    versions = latest(observations(Random(5), 40))

    async def write(part: list[Observation], at_once: bool) -> None:
        for seen in part:
            await (registry.put(seen) if at_once else registry.keep_all(seen))

    async def link() -> None:
        for turn in range(6):
            await (registry.linker.reconcile_full() if turn == 3 else registry.linker.link_pending())

    await asyncio.gather(write(versions[::2], True), write(versions[1::2], False), link(), link())
    await registry.linker.link_pending()
    assert await partition_of(registry) == reference(versions)
    assert await registry.rows("SELECT count(*) FROM link_dirty") == [(0,)]


async def test_a_record_changed_while_it_is_linked_stays_dirty(registry: Registry) -> None:
    """The linker clears a mark only in the version it saw."""
    (only,) = await registry.keep_all(police("COM-A-2023-1", **SAME))
    async with registry.database.write() as outer:
        await registry.keep(outer, police("COM-A-2023-1", people=2, **SAME))  # not committed yet
        await registry.linker.link_pending()  # neither waits for it nor clears its mark
    assert await registry.rows("SELECT record_id FROM link_dirty") == [(only,)]
    await registry.linker.link_pending()
    assert await registry.rows("SELECT count(*) FROM person_entity") == [(2,)]


async def test_the_feed_of_changes_loses_nothing_under_concurrent_writers(registry: Registry) -> None:
    """A reader who remembers the last position sees each position once, in order, while others write."""
    versions = latest(observations(Random(9), 40))
    seen: list[int] = []
    done = asyncio.Event()

    async def read() -> None:
        while True:
            ended = done.is_set()
            last = seen[-1] if seen else 0
            seen.extend(
                p
                for (p,) in await registry.rows(
                    "SELECT position FROM change WHERE position > $1 ORDER BY 1", last
                )
            )
            if ended:
                return
            await asyncio.sleep(0)

    async def write() -> None:
        await asyncio.gather(*(registry.put(*versions[part::4]) for part in range(4)))
        done.set()

    await asyncio.gather(read(), write())
    assert seen == [row[0] for row in await registry.rows(FEED)]
    assert seen == list(range(1, len(seen) + 1))


async def test_a_linking_that_fails_leaves_nothing(registry: Registry) -> None:
    async def fail() -> None:
        async with registry.database.write() as session:
            ids = await registry.keep(session, *OBSERVATIONS[:5])
            await registry.linker.link_now(session, ids)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await registry.rows(FEED) == []
    assert await registry.rows("SELECT last FROM change_cursor") == [(0,)]


async def test_another_model_makes_everything_anew(registry: Registry) -> None:
    await registry.put(*OBSERVATIONS[:6])
    async with registry.database.write() as session:
        from app.core.raw import raw_connection

        await (await raw_connection(session)).execute("UPDATE link_state SET model = 'older'")
    (late,) = await registry.put(OBSERVATIONS[7])
    assert await case_of(registry, late) is None, "an older model's links are not mixed with this one's"
    assert (await registry.linker.link_pending()).full
    assert await case_of(registry, late) is not None
    assert await partition_of(registry) == reference([*OBSERVATIONS[:6], OBSERVATIONS[7]])


async def test_a_case_shows_what_its_records_say(registry: Registry) -> None:
    offences = {"family": record(Feed.SISTRA, "x", []).offence.family}
    seen = police("COM-A-2023-1", **SAME, **offences).model_copy(update={"stage": Stage.REGISTERED})
    file = prosecution("2706014501-2023-1-0", cites="COM-A-2023-1", **SAME).model_copy(
        update={"stage": Stage.TRIAL}
    )
    await registry.put(seen, file)
    rows = await registry.rows(
        "SELECT offence_family, offence_conflict, first_date::text, department, stage, feeds, reports,"
        " victims, suspects FROM case_entity"
    )
    assert rows == [("trafficking", False, "2023-03-10", "17", "trial", 4 + 2, 2, 1, 0)]


async def test_links_are_one_row_per_record_and_per_resolved_mention(
    registry: Registry, tmp_path: Path
) -> None:
    await registry.put(*OBSERVATIONS)
    out = tmp_path / "links.csv"
    async with registry.database.read() as session:
        count = await export_links(session, out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["feed", "record", "order", "role", "case_id", "person_id"]
    assert len(rows) == count
    live = [seen for seen in OBSERVATIONS if not seen.annulled]
    named = [row for row in rows if row["order"]]
    assert sorted((r["feed"], r["record"]) for r in rows if not r["order"]) == sorted(
        (o.feed, o.number) for o in live
    )
    wanted = [
        (seen.feed, seen.number, str(mention.order), mention.role)
        for seen in live
        for mention in seen.mentions
        if seen.makes_case and mention.kind == "natural" and mention.role in ("victim", "suspect")
    ]
    assert sorted((r["feed"], r["record"], r["order"], r["role"]) for r in named) == sorted(wanted)
    assert all(row["person_id"] and row["case_id"] for row in named)
    assert rows == sorted(rows, key=lambda r: (r["feed"], r["record"], r["role"], int(r["order"] or 0)))
    assert not out.with_name("links.csv.part").exists()
