"""Acts of whoever sits at the console of the installation: known to the system, not to the API."""

import getpass
import os
from collections.abc import Iterable
from typing import Final

from app.audit.acts import Act, ActKind, thing
from app.audit.service import AuditLog
from app.db.engine import Database, WriteSession
from app.security.ports import PermissionWitness
from app.security.purpose import same_form

CONSOLE: Final = "console"


def act_at_console(kind: ActKind, *objects: str, outcome: str = "done") -> Act:
    """The officer is the account of the operating system."""
    return Act(kind, CONSOLE, officer=_account(), objects=objects, outcome=outcome)


async def witness_at_console(database: Database, log: AuditLog, act: Act) -> None:
    """In a transaction of its own, before what it is about is begun: files and answers of a console leave no
    transaction. Raises ``AuditUnavailable``: then it is not begun."""
    async with database.write() as session:
        await log.witness(session, act)


def permission_witness(log: AuditLog) -> PermissionWitness:
    """Permissions are changed at the console alone."""

    async def witness(session: WriteSession, change: str, client_id: str, scopes: Iterable[str] = ()) -> None:
        objects = (thing("client", client_id), *(thing("scope", scope) for scope in scopes))
        await log.witness(session, act_at_console(ActKind.PERMISSION_CHANGE, *objects, outcome=change))

    return witness


def _account() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as containers have
        name = ""
    return same_form(name) if name.isprintable() and 0 < len(name) <= 64 else f"uid-{os.getuid()}"
