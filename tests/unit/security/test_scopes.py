"""The described list of scopes."""

import re

import pytest

from app.security.scopes import SCOPES, FeedAct, UnknownScope, checked, feed_scope
from schemas.vocabulary import Feed


def test_every_feed_can_be_read_and_written_apart() -> None:
    scopes = {feed_scope(feed, act) for feed in Feed for act in FeedAct}
    assert len(scopes) == 8
    assert scopes <= SCOPES.keys()
    assert "feed:reta-pnp:write" in scopes


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_is_described_in_both_languages(scope: str) -> None:
    assert re.fullmatch(r"[a-z0-9:-]+", scope)
    assert SCOPES[scope].es
    assert SCOPES[scope].en
    assert SCOPES[scope].es != SCOPES[scope].en


def test_scopes_come_back_in_the_order_of_the_list_each_once() -> None:
    assert checked(["operator", "registry:read", "operator"]) == ("registry:read", "operator")


def test_a_scope_that_is_on_no_list_is_refused_and_not_repeated() -> None:
    with pytest.raises(UnknownScope) as caught:
        checked(["registry:read", "registry:*"])
    assert "registry:*" not in str(caught.value)
