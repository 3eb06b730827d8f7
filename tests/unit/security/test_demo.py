"""The demo stays on this machine."""

import pytest

from app.security.demo import DemoBeyondLoopback, refuse_beyond_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_a_loopback_address_is_served(host: str) -> None:
    refuse_beyond_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "192.0.2.7", "no such host"])
def test_any_other_address_is_refused(host: str) -> None:
    with pytest.raises(DemoBeyondLoopback):
        refuse_beyond_loopback(host)
