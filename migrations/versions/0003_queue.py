"""The queue's own tables, frozen as its pinned version makes them"""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SQL = Path(__file__).parent.parent / "pgqueuer_1_6.sql"


def upgrade() -> None:
    for statement in statements(SQL.read_text()):
        op.execute(statement)


def statements(script: str) -> list[str]:
    """The statements of ``script``, one by one; a function's body between ``$$`` is one with its statement."""
    found, current, in_body = [], [], False
    for line in script.splitlines():
        if line.startswith("--") and not in_body:
            continue
        current.append(line)
        in_body ^= line.count("$$") % 2 == 1
        if line.rstrip().endswith(";") and not in_body:
            found.append("\n".join(current).strip())
            current = []
    return found
