"""What is open to all has a pace by network address: ``dependencies=[OpenPace]`` on the route."""

from typing import Final

from fastapi import Depends, Request

from app.security.granting import Authorisation
from app.security.request_pace import RequestPace


async def spend_open(request: Request) -> None:
    """Raises ``TooManyRequests``."""
    pace: RequestPace = request.app.state.request_pace
    authorisation: Authorisation = request.app.state.authorisation
    await pace.spend_open(authorisation.certificates.address_of(request.scope))


OpenPace: Final = Depends(spend_open)
