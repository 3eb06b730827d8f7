"""How many requests a minute: of each client, of each officer, of each address that asks for tokens, and of
each address that calls what is open to all.

Counted in the database, so that several processes share one count, by its clock, and in one statement. The
rule is the generic cell rate algorithm (ITU-T I.371): a steady pace, with a minute's worth at once. The table
is unlogged and holds keyed digests: it tells of nobody, and a crash forgets one minute.
"""

import ipaddress
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.errors import TooManyRequests
from app.db.engine import Database, WriteSession
from app.security.blind import BlindIndex

WINDOW_SECONDS: Final = 60
FORGOTTEN_AFTER: Final = timedelta(hours=1)
LABEL: Final = "request-pace"
REMEMBERED: Final = 10_000  # addresses refused lately


def spending(asked: str) -> str:
    """The statement that spends of every pace that has enough left, and returns those; ``asked`` is its FROM,
    where ``asked`` stands for what is given.

    Rows are taken in one order, so that two requests of the same who never wait for each other in a circle.
    """
    given = "unnest(CAST(:who AS bytea[]), CAST(:step AS float8[])) AS asked (who, step)"
    return f"""
    INSERT INTO request_pace AS p (who, free_at)
    SELECT who, now() + step * interval '1 second' {asked.replace("asked", given)} ORDER BY who
    ON CONFLICT (who) DO UPDATE SET free_at = greatest(p.free_at, now()) + (excluded.free_at - now())
    WHERE greatest(p.free_at, now()) + (excluded.free_at - now()) <= now() + :most * interval '1 second'
    RETURNING who"""


_SPEND: Final = text(spending("FROM asked"))
_WAIT: Final = text("""
    SELECT who, extract(epoch FROM free_at - now()) - :most AS seconds FROM request_pace
    WHERE who = ANY(CAST(:who AS bytea[]))
""")
_FORGET: Final = text("DELETE FROM request_pace WHERE free_at < now() - :age * interval '1 second'")


@dataclass(frozen=True, slots=True)
class Paces:
    """Requests a minute."""

    client: int
    officer: int
    address: int  # of the token endpoint, by network address
    named: int  # of the token endpoint, by network address and the client that it names
    open: int  # of every route that is open to all, by network address


class RequestPace:
    def __init__(self, database: Database, blind: BlindIndex, paces: Paces) -> None:
        self._database = database
        self._blind = blind
        self._paces = paces
        self._refused: dict[str, float] = {}  # who asks openly -> when to ask the database again

    def steps(self, client: str, officer: str | None) -> dict[bytes, float]:
        """What one request of a caller spends: seconds of each pace, by its digest. The admission, which asks
        the database about the caller anyway, spends it in the same statement."""
        asked = {f"client|{client}": self._paces.client}
        if officer is not None:
            asked[f"officer|{client}|{officer}"] = self._paces.officer
        return self._steps(asked)

    async def waiting(self, connection: AsyncConnection, steps: Mapping[bytes, float]) -> float:
        """Seconds until paces that had too little left will have enough."""
        waits = await connection.execute(_WAIT, {"who": list(steps), "most": WINDOW_SECONDS})
        return max(0.001, *(steps[row.who] + float(row.seconds) for row in waits), 0.001)

    async def spend_unknown(self, address: str, named: str | None) -> None:
        """One request to the token endpoint. Whether a client of that name exists has no part in it, and
        nobody can use up the pace of a client from another address. Raises ``TooManyRequests``."""
        network = network_of(address)
        asked = {f"address|{network}": self._paces.address}
        if named is not None:
            asked[f"named|{network}|{named}"] = self._paces.named
        await self._spend(asked)

    async def spend_open(self, address: str) -> None:
        """One request to a route that is open to all. Raises ``TooManyRequests``.

        Who was refused is refused from memory until then: whoever floods such a route costs the database no
        more than the pace.
        """
        who, now = f"open|{network_of(address)}", time.monotonic()
        wait = self._refused.get(who, now) - now
        if wait <= 0:
            wait = await self._wait({who: self._paces.open})
            if wait <= 0:
                self._refused.pop(who, None)
                return
            if len(self._refused) >= REMEMBERED:
                self._refused.clear()
            self._refused[who] = now + wait
        raise too_many(wait)

    def _digest(self, who: str) -> bytes:
        return self._blind.digest(LABEL, who.encode(errors="surrogatepass"))  # a name may be anything

    def _steps(self, asked: Mapping[str, int]) -> dict[bytes, float]:
        return {self._digest(who): WINDOW_SECONDS / pace for who, pace in asked.items()}

    async def _spend(self, asked: Mapping[str, int]) -> None:
        if (wait := await self._wait(asked)) > 0:
            raise too_many(wait)

    async def _wait(self, asked: Mapping[str, int]) -> float:
        """Seconds until it would be let in; 0 where it was, and is spent."""
        steps = self._steps(asked)
        given = {"who": list(steps), "step": list(steps.values()), "most": WINDOW_SECONDS}
        async with self._database.statement() as connection:
            taken = set((await connection.execute(_SPEND, given)).scalars())
            over = {who: step for who, step in steps.items() if who not in taken}
            return await self.waiting(connection, over) if over else 0.0


def network_of(address: str) -> str:
    """Who is counted as one: an address of IPv4; of IPv6 the /64 that a single subscriber is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), 64), strict=False))


def too_many(seconds: float) -> TooManyRequests:
    return TooManyRequests(headers={"Retry-After": str(max(1, math.ceil(seconds)))})


async def forget(session: WriteSession) -> int:
    """Drop who has not asked for long; how many."""
    gone = await session.execute(_FORGET, {"age": FORGOTTEN_AFTER.total_seconds()})
    return int(getattr(gone, "rowcount", 0))
