"""The ten described roles."""

import pytest

from app.security.clients import RowScopeInvalid, granted_to
from app.security.reach import EVERYTHING, UNLIMITED, Reach, RowScope
from app.security.roles import LIMITABLE, ROLES, LimitedTo, Role
from app.security.scopes import SCOPES
from schemas.vocabulary import Feed

SISTRA, TACNA = RowScope(feed=Feed.SISTRA), RowScope(department="23")
FITTING = {LimitedTo.REGISTRY: UNLIMITED, LimitedTo.FEED: SISTRA, LimitedTo.DEPARTMENT: TACNA}


@pytest.mark.parametrize("role", Role)
def test_every_role_is_described_in_both_languages_and_has_scopes(role: Role) -> None:
    described = ROLES[role]
    assert described.sentence.es != described.sentence.en
    granted = granted_to(role, FITTING[described.limited_to], ())
    assert granted
    assert set(granted) <= SCOPES.keys()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("limit", FITTING.values())
def test_a_role_is_had_with_its_own_limit_only(role: Role, limit: RowScope) -> None:
    if limit == FITTING[ROLES[role].limited_to]:
        assert set(granted_to(role, limit, ())) == set(ROLES[role].scopes_for(limit.feed))
        return
    with pytest.raises(RowScopeInvalid):
        granted_to(role, limit, ())


def test_a_limited_client_has_no_scope_over_everything() -> None:
    for scope in SCOPES.keys() - LIMITABLE:
        for limit in (SISTRA, TACNA):
            with pytest.raises(RowScopeInvalid):
                granted_to(None, limit, [scope])


def test_an_institution_has_no_scope_on_anothers_feed() -> None:
    with pytest.raises(RowScopeInvalid):
        granted_to(Role.INSTITUTION_READER, SISTRA, ["feed:reta-pnp:read"])


@pytest.mark.parametrize("department", ["", "00", "26", "1", "LIMA"])
def test_a_department_is_one_of_perus(department: str) -> None:
    with pytest.raises(RowScopeInvalid):
        granted_to(Role.REGIONAL_ANALYST, RowScope(department=department), ())


def test_a_client_is_limited_to_a_feed_or_a_department() -> None:
    with pytest.raises(ValueError, match="or to a department"):
        RowScope(Feed.SISTRA, "17")


def test_who_opens_identities_delivers_nothing_and_who_audits_reads_nobody() -> None:
    """Duties apart: no role both brings records and opens them, none audits itself."""
    for described in ROLES.values():
        scopes = set(described.scopes_for(Feed.SISTRA))
        assert not {"feed:sistra:write", "identity:read"} <= scopes
        assert not {"audit:read", "registry:read"} <= scopes
        assert not {"break-glass", "break-glass:review"} <= scopes


@pytest.mark.parametrize(
    ("scopes", "limit", "reach"),
    [
        (("registry:read",), UNLIMITED, EVERYTHING),
        (("changes:read",), UNLIMITED, EVERYTHING),
        (("feed:sistra:read",), UNLIMITED, Reach(feeds=frozenset({Feed.SISTRA}))),
        (("feed:sistra:write", "changes:read"), UNLIMITED, Reach(feeds=frozenset({Feed.SISTRA}))),
        (("registry:read", "feed:sistra:read"), UNLIMITED, EVERYTHING),
        (("registry:read", "feed:sistra:read"), SISTRA, Reach(feeds=frozenset({Feed.SISTRA}))),
        (("registry:read",), TACNA, Reach(department="23")),
    ],
)
def test_a_reach_is_the_clients_limit_else_what_its_scopes_are_of(
    scopes: tuple[str, ...], limit: RowScope, reach: Reach
) -> None:
    assert Reach.of(scopes, limit) == reach
