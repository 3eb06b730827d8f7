"""Acts of whoever sits at the console of the installation: known to the system, not to the API."""

import getpass
import os
from typing import Final

from app.audit.acts import Act, ActKind

CONSOLE: Final = "console"


def act_at_console(kind: ActKind, *objects: str, outcome: str = "done") -> Act:
    """The officer is the account of the operating system."""
    return Act(kind, CONSOLE, officer=_account(), objects=objects, outcome=outcome)


def _account() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as containers have
        name = ""
    return name if name.isprintable() and 0 < len(name) <= 64 else f"uid-{os.getuid()}"
