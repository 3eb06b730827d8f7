"""What lists filter by and figures count (SQL) is what a case is told to be (survivorship), pins in."""

from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.raw import raw_connection
from app.db.engine import Database
from app.reconciliation.projection import REFRESH_MANY_CASES
from app.registry.service import RegistryService
from schemas.registry import CaseDetail, CaseSummary
from schemas.vocabulary import OffenceFamily, Stage
from support.keeping import Registry
from support.small_worlds import latest, observations

PIN = (
    "INSERT INTO pin (kind, member, attribute, act, value, judge, reason) VALUES ('case',$1,$2,$3,$4,'x','')"
)
PROVINCE = text("SELECT province FROM case_entity WHERE id = :id")
VALUES: dict[str, list[str | None]] = {
    "offence_family": [OffenceFamily.SMUGGLING, OffenceFamily.RELATED, None],
    "facts_date": ["2020-01-31", None],
    "place": ["25", "0809", "170103", None],
    "stage": [Stage.TRIAL, Stage.FILED, None],
}


def pins(random: Random, records: list[int]) -> list[tuple[Any, ...]]:
    """Values and members believed, pinned again, withdrawn."""
    found = []
    for _ in range(len(records)):
        attribute = random.choice(sorted(VALUES))
        act = random.choice(("pinned", "pinned", "withdrawn"))
        value = random.choice(VALUES[attribute]) if act == "pinned" else None
        found.append((random.choice(records), attribute, act, value))
    return found


def told(case: CaseDetail) -> tuple[Any, ...]:
    golden = case.attributes
    reported = min((report.report_date for report in case.reports if report.report_date), default=None)
    return (
        golden.offence_family.value,
        golden.facts_date.value or reported,
        golden.department.value,
        golden.province.value,
        golden.stage.value,
    )


@pytest.mark.parametrize("seed", [3, 4])
async def test_a_projected_case_is_what_it_is_told_to_be(database: Database, seed: int) -> None:
    random, registry = Random(seed), Registry(database)
    records = await registry.keep_all(*latest(observations(random, 40)))
    await registry.linker.link_pending()
    async with database.write() as session:
        connection = await raw_connection(session)
        await connection.executemany(PIN, pins(random, records))
        ids = [row["id"] for row in await connection.fetch("SELECT id FROM case_entity")]
        await registry.linker.retell(session, ids[::2], [])
        await connection.execute(REFRESH_MANY_CASES, ids[1::2])
    assert len(ids) > 3
    async with database.read() as session:
        marks = 0
        for case_id in ids:
            case = await RegistryService(session).case(case_id)
            projected = await summary(session, case_id)
            province = await session.scalar(PROVINCE, {"id": case_id})
            projected_place = (projected.department, province)
            assert told(case) == (
                projected.offence_family, projected.first_date, *projected_place, projected.stage
            )  # fmt: skip
            marks += case.attributes.stage.pin is not None or case.attributes.department.pin is not None
        assert marks > 0


async def summary(session: Any, case_id: UUID) -> CaseSummary:
    row = (
        (await session.execute(text("SELECT * FROM case_entity WHERE id = :id"), {"id": case_id}))
        .mappings()
        .one()
    )
    return CaseSummary.model_validate(
        {name: row[name] for name in CaseSummary.model_fields if name != "feeds"} | {"feeds": ()}
    )
