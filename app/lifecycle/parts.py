"""The parts of this stage, as entry points use them."""

from dataclasses import dataclass

from app.db.engine import Database
from app.lifecycle.comparison import Comparer
from app.lifecycle.service import ModelService
from app.lifecycle.training import Trainer
from app.security.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Lifecycle:
    models: ModelService
    comparer: Comparer
    trainer: Trainer

    @classmethod
    def over(cls, database: Database, sealer: Sealer, models: ModelService) -> "Lifecycle":
        return cls(models, Comparer(database, sealer, models), Trainer(database, sealer, models))
