"""The demo prints client secrets and serves without TLS: it stays on this machine."""

import ipaddress
import socket

from app.core.errors import OperatorError


class DemoBeyondLoopback(OperatorError):
    code = "demo-beyond-loopback"
    es = "La demostración muestra secretos: solo atiende en esta máquina (127.0.0.1), no en otra dirección."
    en = "The demo shows secrets: it serves on this machine only (127.0.0.1), on no other address."


def refuse_beyond_loopback(host: str) -> None:
    """Raises ``DemoBeyondLoopback`` unless every address that ``host`` stands for is a loopback one."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host or "0.0.0.0", None)}  # noqa: S104  asked, not bound
    except OSError:
        raise DemoBeyondLoopback from None
    if not found or not all(ipaddress.ip_address(str(each)).is_loopback for each in found):
        raise DemoBeyondLoopback
