"""What every route answers to every role, on an object of theirs, a foreign one and an absent one.

Each role that is not named in a row is refused with 403 whatever the object; who shows no valid token, with
401. A status of ``None`` is not called here, because it would change the registry: the route's own tests do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.releases.sdmx.endpoints import forms_of
from app.security.roles import Role

Statuses = tuple[int | None, int | None, int | None]  # own, foreign, absent

PUSHER, READER = Role.INSTITUTION_PUSHER, Role.INSTITUTION_READER
ANALYST, REGIONAL = Role.ANALYST, Role.REGIONAL_ANALYST
REVIEWER, IDENTITY = Role.REVIEWER, Role.IDENTITY_OFFICER
STATISTICIAN, INEI = Role.STATISTICIAN, Role.INEI
AUDITOR, OPERATOR = Role.AUDITOR, Role.OPERATOR

_STATISTICS: Final = (ANALYST, STATISTICIAN, INEI)
NATIONAL: Final = (ANALYST, REVIEWER, IDENTITY)  # who reads the whole registry


@dataclass(frozen=True)
class Row:
    """``told``: the statuses of each role that is let in. ``object``: what the path or the query names."""

    told: Mapping[Role, Statuses]
    object: str | None = None
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    others: Statuses = (403, 403, 403)  # what the roles that are not let in are told


def all_of(*roles: Role, told: Statuses) -> dict[Role, Statuses]:
    return dict.fromkeys(roles, told)


FOUND: Final[Statuses] = (200, 200, 404)
OWN: Final[Statuses] = (200, 404, 404)
ALIKE: Final[Statuses] = (200, 200, 200)  # names no object, or tells the same of one that is not there
ABSENT: Final[Statuses] = (None, None, 404)
REFUSED: Final[Statuses] = (403, 403, 403)
NO_SUCH_FEED: Final[Statuses] = (403, 403, 404)  # the four feeds are no secret
_ASKING: Final = {"case": "CASO-DE-PRUEBA-1", "reason": "Prueba automática del servicio"}
_REASON: Final = {"reason": "Prueba automática del servicio"}
NOWHERE: Final[Statuses] = (404, 404, 404)  # of pairs and decisions only those that are not there
_NOBODY: Final = "00000000-0000-4000-8000-000000000000"
_RECORD: Final = {"feed": "sistra", "number": "1-2024-1-0"}
_SPLIT_CASE: Final = {"parts": [[_RECORD]], **_REASON}
_SPLIT_PERSON: Final = {"parts": [[{**_RECORD, "role": "victim", "order": 1}]], **_REASON}
_EXACT: Final = all_of(ANALYST, REGIONAL, READER, STATISTICIAN, told=ALIKE)  # each inside their reach
_READ_CASE: Final = {**all_of(*NATIONAL, told=FOUND), READER: OWN, REGIONAL: OWN}

_SDMX: Final = (  # the whole form of an address, and what may not be left out of it
    ("3.0/data/{context}/{agency}/{flow}/{version}/{key}", "/data"),
    ("3.0/availability/{context}/{agency}/{flow}/{version}/{key}/{component}", "/availability"),
    ("3.0/schema/{context}/{agency}/{flow}/{version}", "{flow}"),
    ("3.0/structure/{kind}/{agency}/{resource}/{version}/{item}", "{kind}"),
    ("2.1/data/{flow}/{key}/{provider}", "{flow}"),
    ("2.1/availableconstraint/{flow}/{key}/{provider}/{component}", "{flow}"),
    ("2.1/schema/{context}/{agency}/{flow}/{version}", "{flow}"),
    ("2.1/{kind}/{agency}/{resource}/{version}/{item}", "{kind}"),
)


def _sdmx(prefix: str) -> Iterator[str]:
    """Every form of every address of SDMX under the prefix."""
    for path, least in _SDMX:
        slashes = prefix == "/sdmx"
        yield from (f"GET {prefix}/{form}" for form in forms_of(path, least, slashes=slashes))


OPEN: Final = frozenset(
    {
        *_sdmx("/sdmx"),
        "GET /sdmx/3.0/metadata/{rest:path}",
        "GET /v1/open",
        "GET /v1/open/dictionary",
        "GET /v1/open/dictionary.csv",
        "GET /v1/open/tables/{table}.csv",
        "GET /v1/open/tables/{table}.parquet",
        "GET /v1/open/releases/{release}/tables/{table}.csv",
        "GET /v1/open/releases/{release}/tables/{table}.parquet",
        "GET /health/live",
        "GET /health/ready",
        "GET /docs",
        "GET /docs/{asset}",
        "GET /openapi.json",
        "POST /oauth/token",
        "POST /oauth/revoke",
        "GET /.well-known/oauth-authorization-server",
        "GET /.well-known/jwks.json",
    }
)
"""Routes for everybody: health, the description, where credentials are shown and keys are published, and the
public edition of releases."""

MATRIX: Final[Mapping[str, Row]] = {
    "GET /metrics": Row({OPERATOR: ALIKE}),
    # delivery: of one's own feed
    "POST /v1/feeds/{feed}/batches": Row(
        {PUSHER: (202, 403, 404)}, "feed", query={"mode": "validate"}, others=NO_SUCH_FEED
    ),
    "PUT /v1/feeds/{feed}/record": Row({PUSHER: (200, 403, 404)}, "feed", others=NO_SUCH_FEED),
    "GET /v1/batches/{batch_id}": Row(all_of(PUSHER, READER, told=OWN), "batch"),
    "GET /v1/batches/{batch_id}/issues": Row(all_of(PUSHER, READER, told=OWN), "batch"),
    # the registry
    "GET /v1/cases": Row(all_of(*NATIONAL, REGIONAL, told=ALIKE)),
    "GET /v1/cases/{case_id}": Row(_READ_CASE, "case"),
    "GET /v1/persons/{person_id}": Row(_READ_CASE, "person"),
    "GET /v1/feeds/{feed}/record": Row(_READ_CASE, "record"),
    "GET /v1/changes": Row(all_of(ANALYST, READER, REGIONAL, told=ALIKE)),
    "GET /v1/feeds": Row(all_of(ANALYST, READER, REGIONAL, STATISTICIAN, OPERATOR, told=ALIKE)),
    "GET /v1/judgements/{judgement_id}": Row(all_of(*NATIONAL, told=FOUND), "judgement"),
    "GET /v1/judgements/{judgement_id}/waterfall.svg": Row(all_of(*NATIONAL, told=FOUND), "judgement"),
    # identities and urgent access
    "POST /v1/persons/{person_id}/identity": Row({IDENTITY: FOUND, READER: REFUSED}, "person", _ASKING),
    "POST /v1/break-glass": Row({READER: (201, 201, 404)}, "asked", _ASKING),
    "GET /v1/break-glass": Row(all_of(AUDITOR, REVIEWER, told=ALIKE)),
    "POST /v1/break-glass/{glass_id}/revoke": Row({READER: OWN}, "taken"),
    "POST /v1/break-glass/{glass_id}/review": Row(
        all_of(AUDITOR, REVIEWER, told=FOUND), "untold", {**_ASKING, "verdict": "justified"}
    ),
    "GET /v1/notices": Row({READER: ALIKE}),
    # reviewers' words
    "POST /v1/cases/{case_id}/pins": Row({REVIEWER: ABSENT}, "case", {"attribute": "stage", **_REASON}),
    "GET /v1/cases/{case_id}/pins": Row({REVIEWER: FOUND}, "case"),
    "DELETE /v1/cases/{case_id}/pins/{pin_id}": Row({REVIEWER: (404, 404, 404)}, "case", _REASON),
    "POST /v1/persons/{person_id}/pins": Row({REVIEWER: ABSENT}, "person", {"attribute": "sex", **_REASON}),
    "GET /v1/persons/{person_id}/pins": Row({REVIEWER: FOUND}, "person"),
    "DELETE /v1/persons/{person_id}/pins/{pin_id}": Row({REVIEWER: (404, 404, 404)}, "person", _REASON),
    # the review of doubtful pairs
    "GET /v1/review/queue": Row({REVIEWER: ALIKE}),
    "GET /v1/review/decisions": Row({REVIEWER: ALIKE}),
    "GET /v1/review/decisions/{decision_id}": Row({REVIEWER: NOWHERE}),
    "POST /v1/review/decisions/{decision_id}/confirm": Row({REVIEWER: NOWHERE}, body=_REASON),
    "POST /v1/review/decisions/{decision_id}/dispute": Row({REVIEWER: NOWHERE}, body=_REASON),
    "POST /v1/review/decisions/{decision_id}/undo": Row({REVIEWER: NOWHERE}, body=_REASON),
    "GET /v1/review/{item}": Row({REVIEWER: NOWHERE}),
    "POST /v1/review/{item}/claim": Row({REVIEWER: NOWHERE}),
    "DELETE /v1/review/{item}/claim": Row({REVIEWER: NOWHERE}),
    "POST /v1/review/{item}/decision": Row({REVIEWER: NOWHERE}, body={"outcome": "same", **_REASON}),
    "GET /v1/cases/{case_id}/members": Row({REVIEWER: FOUND}, "case"),
    "GET /v1/persons/{person_id}/members": Row({REVIEWER: FOUND}, "person"),
    "POST /v1/cases/{case_id}/split": Row({REVIEWER: ABSENT}, "case", _SPLIT_CASE),
    "POST /v1/persons/{person_id}/split": Row({REVIEWER: ABSENT}, "person", _SPLIT_PERSON),
    "POST /v1/cases/{case_id}/merge": Row({REVIEWER: ABSENT}, "case", {"other": _NOBODY, **_REASON}),
    "POST /v1/persons/{person_id}/merge": Row({REVIEWER: ABSENT}, "person", {"other": _NOBODY, **_REASON}),
    # the restricted edition by SDMX: structures are there, figures only once there is a release
    **{
        route: Row(
            all_of(
                STATISTICIAN,
                INEI,
                told=(200 if "{kind}" in route or "/schema/" in route else 404, None, None),
            ),
            others=(403, None, None),
        )
        for route in _sdmx("/sdmx/restricted")
    },
    # figures, models, the audit log
    "GET /v1/statistics/overview": Row(all_of(ANALYST, REGIONAL, STATISTICIAN, told=ALIKE)),
    "GET /v1/statistics/query": Row(_EXACT, query={"measure": "cases"}),
    "POST /v1/statistics/query": Row(_EXACT, body={"measures": ["cases"]}),
    "GET /v1/statistics/concordance": Row(all_of(ANALYST, REGIONAL, STATISTICIAN, told=ALIKE)),
    "GET /v1/statistics/published/compared": Row(_EXACT),
    "GET /v1/statistics/published": Row(all_of(ANALYST, STATISTICIAN, INEI, told=ALIKE)),
    "GET /v1/statistics/indicators": Row(all_of(ANALYST, REGIONAL, READER, STATISTICIAN, INEI, told=ALIKE)),
    "GET /v1/releases": Row(all_of(*_STATISTICS, told=ALIKE)),
    "GET /v1/releases/calendar": Row(all_of(*_STATISTICS, told=ALIKE)),
    "GET /v1/releases/keys": Row(all_of(*_STATISTICS, told=ALIKE)),
    "GET /v1/releases/latest": Row(all_of(*_STATISTICS, told=NOWHERE)),
    "GET /v1/releases/{release}": Row(all_of(*_STATISTICS, told=NOWHERE)),
    "GET /v1/releases/{release}/manifest": Row(all_of(*_STATISTICS, told=NOWHERE)),
    "GET /v1/releases/{release}/tables/{table}": Row(all_of(*_STATISTICS, told=NOWHERE)),
    "GET /v1/releases/{release}/changes": Row(all_of(*_STATISTICS, told=NOWHERE)),
    # the making of releases: of a period that cannot be built, of releases that are not there
    "POST /v1/releases/{period}/builds": Row({STATISTICIAN: (422, 422, 422)}, body=_REASON),
    "GET /v1/releases/builds": Row({STATISTICIAN: ALIKE}),
    "GET /v1/releases/builds/{build_id}": Row({STATISTICIAN: NOWHERE}),
    "GET /v1/releases/steps": Row({STATISTICIAN: ALIKE}),
    "GET /v1/releases/{release}/preview": Row({STATISTICIAN: NOWHERE}),
    "POST /v1/releases/{release}/approve": Row({STATISTICIAN: NOWHERE}, body=_REASON),
    "POST /v1/releases/{release}/publish": Row({STATISTICIAN: NOWHERE}, body=_REASON),
    "POST /v1/releases/{release}/withdraw": Row({STATISTICIAN: NOWHERE}, body=_REASON),
    "GET /v1/models": Row({OPERATOR: ALIKE}),
    "GET /v1/audit/entries": Row({AUDITOR: ALIKE}),
    "GET /v1/audit/persons/{person_id}/accesses": Row({AUDITOR: ALIKE}, "person"),
    "GET /v1/audit/unusual-readings": Row({AUDITOR: ALIKE}),
    "GET /v1/audit/checkpoint": Row({AUDITOR: ALIKE}),
    "GET /v1/audit/keys": Row({AUDITOR: ALIKE}),
    "GET /v1/audit/proof": Row({AUDITOR: ALIKE}, query={"position": "0"}),
}
