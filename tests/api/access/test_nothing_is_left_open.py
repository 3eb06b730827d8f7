"""Every table that callers' role may read is behind row-level security; every route that a limited client may
call works in its reach, or stands here with the reason why not."""

from collections.abc import Iterator

import asyncpg
from fastapi.dependencies.models import Dependant

from app.audit.sessions import Audits
from app.db.engine import get_read_session, get_write_session
from app.main import create_app
from app.models import Base
from app.security.sessions import get_reach_session
from app.shell import openapi
from support.access_kit import Guarded
from support.access_matrix import OPEN

UNTOLD = {
    "GET /v1/statistics/indicators": "definitions of figures, of nobody",
    "GET /v1/statistics/query": "limited callers in a session of their reach, opened for them alone:"
    " test_statistics_reach",
    "POST /v1/statistics/query": "as GET",
    "GET /v1/statistics/overview": "as query: get_figures_session; test_figures_together_reach",
    "GET /v1/statistics/concordance": "as the overview",
    "GET /v1/statistics/published/compared": "as the overview",
    "GET /v1/feeds": "to an institution its own feed alone, by the service: test_feed_health_route",
    "POST /v1/break-glass": "urgent access is there to reach beyond; it answers with nothing of the object",
    "POST /v1/break-glass/{glass_id}/revoke": "one's own access",
    "GET /v1/notices": "by the feeds that the caller serves",
    "POST /v1/feeds/{feed}/batches": "delivers",
    "PUT /v1/feeds/{feed}/record": "delivers",
    "GET /v1/batches/{batch_id}": "asks whether the caller serves its feed",
    "GET /v1/batches/{batch_id}/issues": "asks whether the caller serves its feed",
}


UNPACED = {
    "GET /health/live": "asked by whoever keeps the process alive; reads nothing",
    "GET /health/ready": "asked by the load balancer, which must know at any time",
    "POST /oauth/token": "has a pace of its own, by address and by the client named",
    "POST /oauth/revoke": "has a pace of its own, by address and by the client named",
}


def test_a_route_without_a_requirement_says_that_it_is_open_or_stands_here(guarded: Guarded) -> None:
    routes = list(openapi.routes_of(create_app(guarded.services)))
    named = {
        f"{method} {route.path}": (openapi.requirement_of(route), openapi.open_to_all(route))
        for route in routes
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {name for name, found in named.items() if found == (None, False)} == set(UNPACED)
    assert not [name for name, (requirement, is_open) in named.items() if requirement and is_open]
    assert {name for name, (_, is_open) in named.items() if is_open} <= OPEN


async def test_no_table_is_read_for_callers_without_row_level_security(guarded: Guarded) -> None:
    connection = await asyncpg.connect(guarded.superuser)
    rows = await connection.fetch(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS forced,"
        " has_any_column_privilege('intertrata_reader', oid, 'SELECT') AS readable"
        " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    await connection.close()
    tables = {row["relname"]: row for row in rows if row["relname"] in Base.metadata.tables}
    assert tables.keys() == Base.metadata.tables.keys()
    bare = {name for name, row in tables.items() if not row["forced"]}
    unreadable = {name for name in bare if not tables[name]["readable"]}
    # without row-level security a table is nothing for callers: their role has no right to read it
    assert bare - unreadable == {"audit_entry"}  # of which it may read back the id that it wrote


async def test_callers_work_under_a_role_that_owns_nothing_and_passes_nothing(guarded: Guarded) -> None:
    connection = await asyncpg.connect(guarded.superuser)
    role = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'intertrata_reader'")
    owned = await connection.fetchval("SELECT count(*) FROM pg_class WHERE relowner = $1", role["oid"])
    await connection.close()
    assert owned == 0
    named = ("rolsuper", "rolbypassrls", "rolcanlogin", "rolcreaterole", "rolcreatedb", "rolinherit")
    assert [name for name in named if role[name]] == []


def called(dependant: Dependant) -> Iterator[object]:
    for dependency in dependant.dependencies:
        yield from called(dependency)
        yield dependency.call


def test_a_route_for_limited_callers_works_in_their_reach(guarded: Guarded) -> None:
    for route in openapi.routes_of(create_app(guarded.services)):
        requirement = openapi.requirement_of(route)
        if requirement is None or not requirement.limited:
            continue
        calls = list(called(route.dependant))  # type: ignore[union-attr]
        within = get_reach_session in calls or any(isinstance(c, Audits) and c.reach for c in calls)
        whole = any(
            c in {get_read_session, get_write_session} or (isinstance(c, Audits) and not c.reach)
            for c in calls
            if callable(c)
        )
        for method in (route.methods or set()) - {"HEAD"}:
            name = f"{method} {route.path}"
            assert (within and not whole) != (name in UNTOLD), name
