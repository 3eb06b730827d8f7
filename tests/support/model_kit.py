"""Models that link otherwise, and a lifecycle over the registry of ``support.keeping``."""

import json
from typing import Any

from app.audit.service import AuditLog
from app.core.clock import SystemClock
from app.lifecycle.comparison import Comparer
from app.lifecycle.service import ModelService
from app.lifecycle.shelf import ModelText, shipped_text, text_of
from app.lifecycle.training import Trainer
from app.reconciliation.running import Models
from app.reconciliation.scoring import CURRENT
from app.reconciliation.service import ReconciliationService
from app.security.blind import BlindIndex
from support.keeping import Registry

STRICT, LAX = "9.strict", "9.lax"


def lifecycle(registry: Registry) -> ModelService:
    """As another process has it: what it knows of models is apart from what the registry's linker knows."""
    models = Models()
    linker = ReconciliationService(registry.database, registry.sealer, registry.indexer, models)
    audit = AuditLog(SystemClock(), registry.sealer, BlindIndex(registry.keys))
    return ModelService(registry.database, linker, models, audit)


def comparer(registry: Registry) -> Comparer:
    return Comparer(registry.database, registry.sealer, lifecycle(registry))


def trainer(registry: Registry) -> Trainer:
    return Trainer(registry.database, registry.sealer, lifecycle(registry))


def shifted(version: str, bits: float) -> ModelText:
    """The shipped model with every upper threshold moved: with more bits it links less."""
    data: dict[str, Any] = json.loads(shipped_text(CURRENT).content)
    for kind in ("victim", "suspect", "case"):
        limits = data["policy"][kind]
        limits["upper"] += bits
        limits["lower"] = min(limits["lower"], limits["upper"] - 1.0)
    return text_of(data | {"version": version})


async def keep(registry: Registry, model: ModelText) -> None:
    async with registry.database.write() as session:
        await lifecycle(registry).keep(session, model, "operadora")
