"""The parts of this stage, as entry points use them.

Comparing and training load the libraries that work on sets (seconds, and hundreds of megabytes): they are
loaded by who compares or trains, not by every command and every server.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import Database
from app.lifecycle.service import ModelService
from app.security.sealing import Sealer

if TYPE_CHECKING:
    from app.lifecycle.comparison import Comparer
    from app.lifecycle.training import Trainer


@dataclass(frozen=True, slots=True)
class Lifecycle:
    database: Database
    sealer: Sealer
    models: ModelService

    @property
    def comparer(self) -> "Comparer":
        from app.lifecycle.comparison import Comparer

        return Comparer(self.database, self.sealer, self.models)

    @property
    def trainer(self) -> "Trainer":
        from app.lifecycle.training import Trainer

        return Trainer(self.database, self.sealer, self.models)
