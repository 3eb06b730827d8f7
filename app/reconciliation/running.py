"""Which model links. It is a row of the database, so that every process notices a promotion at once."""

from typing import Any, Final

from app.reconciliation.scoring import Model, ModelUnreadable

_RUNNING: Final = "SELECT version FROM model_promotion ORDER BY id DESC LIMIT 1"
_CONTENT: Final = "SELECT content FROM model_version WHERE version = $1"
_KEPT: Final = 4  # models parsed and remembered: the running one, the one before, and what is looked at


class Models:
    """The models as one process knows them. What is kept under a version never changes, so it is read once.

    ``shipped`` links until another is promoted. Connections are raw ones, of the caller's transaction.
    """

    def __init__(self, shipped: Model | None = None) -> None:
        self.shipped = shipped or Model.load()
        self._kept: dict[str, Model] = {}

    async def running(self, connection: Any) -> Model:
        """Asked under the linking lock, for the transaction that links: no promotion falls between."""
        version: str | None = await connection.fetchval(_RUNNING)
        if version is None:
            return self.shipped
        found = await self.of(connection, version)
        if found is None:
            raise ModelUnreadable("the promoted model is neither kept nor shipped")
        return found

    async def of(self, connection: Any, version: str) -> Model | None:
        """The model kept under that version, else one that came with the program, else None."""
        found = self._kept.get(version)
        if found is not None:
            return found
        content: str | None = await connection.fetchval(_CONTENT, version)
        if content is None:
            return self._shipped(version)
        while len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[version] = found = Model.parse(content)
        return found

    def _shipped(self, version: str) -> Model | None:
        if version == self.shipped.version:
            return self.shipped
        try:
            return Model.load(version)
        except ModelUnreadable:
            return None
