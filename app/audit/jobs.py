"""The jobs of the log: entries get their positions every minute, a checkpoint is signed every hour."""

from collections.abc import Mapping
from typing import Any, Final

from app.audit.log import MerkleLog
from app.core.queue import Every, Handler

SEQUENCE: Final = "audit_sequence"
CHECKPOINT: Final = "audit_checkpoint"
SCHEDULES: Final = (Every("* * * * *", SEQUENCE), Every("5 * * * *", CHECKPOINT))


def jobs(log: MerkleLog) -> Mapping[str, Handler]:
    """Both may run twice: what has its position keeps it, and of one size the first checkpoint stands."""

    async def sequence(payload: dict[str, Any]) -> None:
        await log.sequence()

    async def checkpoint(payload: dict[str, Any]) -> None:
        await log.checkpoint()

    return {SEQUENCE: sequence, CHECKPOINT: checkpoint}
