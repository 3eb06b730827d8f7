"""Demo and production. The demo takes secrets and tokens that whoever holds them can use, prints them, and
serves without TLS: it stays on this machine. Everything else is production."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from app.core.errors import OperatorError
from app.security.certificates import Network
from app.security.demo import DemoBeyondLoopback, refuse_beyond_loopback

DEMO_BANNER: Final = (
    "MODO DEMOSTRACIÓN: secretos y tokens sin atar; solo datos inventados. / "
    "DEMO MODE: secrets and unbound tokens; invented data only."
)
DEMO_HEADERS: Final = {"Intertrata-Mode": "demo"}


class IssuerWithoutTls(OperatorError):
    code = "issuer-without-tls"
    es = "Fuera de esta máquina la dirección del servicio (INTERTRATA_PUBLIC_URL) debe ser https."
    en = "Beyond this machine the service's address (INTERTRATA_PUBLIC_URL) must be https."


class ProxiesInvalid(OperatorError):
    code = "proxies-invalid"
    es = "INTERTRATA_TRUSTED_PROXIES: redes como 10.0.0.5/32, separadas por comas."
    en = "INTERTRATA_TRUSTED_PROXIES: networks like 10.0.0.5/32, separated by commas."


def check_demo(host: str, issuer: str) -> None:
    """Raises ``DemoBeyondLoopback`` where the demo would serve, or be reached, from anywhere else."""
    refuse_beyond_loopback(host)
    refuse_beyond_loopback(urlsplit(issuer).hostname or "")


def check_production(issuer: str) -> None:
    """Raises ``IssuerWithoutTls``: tokens and proofs name an address, and a plain one is for this machine."""
    parts = urlsplit(issuer)
    if parts.scheme == "https":
        return
    try:
        refuse_beyond_loopback(parts.hostname or "")
    except DemoBeyondLoopback:
        raise IssuerWithoutTls from None


def networks(listed: str) -> tuple[Network, ...]:
    """Raises ``ProxiesInvalid``."""
    try:
        return tuple(ipaddress.ip_network(each.strip()) for each in listed.split(",") if each.strip())
    except ValueError:
        raise ProxiesInvalid from None
