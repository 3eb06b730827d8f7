"""Promoting a model and taking it back, and what is known of models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.audit.acts import Act, ActKind, thing
from app.audit.service import AuditLog
from app.core.raw import raw_connection
from app.db.engine import Database, ReadSession, WriteSession
from app.lifecycle import shelf
from app.lifecycle.errors import (
    AlreadyRunning,
    ComparisonMissing,
    ModelUnknown,
    NothingToRollBack,
    ReasonMissing,
    VersionTaken,
)
from app.lifecycle.history import PROMOTE, ROLLBACK, Promotion, in_force
from app.lifecycle.repository import ModelRepository
from app.reconciliation.running import Models
from app.reconciliation.service import Ids, ReconciliationService
from schemas.models import ComparisonItem, ModelChange, ModelItem, ModelsAnswer, PromotionItem

SHIPPED_BY: Final = "intertrata"


@dataclass(frozen=True, slots=True)
class Word:
    """Who does it and why; raises ``ReasonMissing`` where one of the two is not said."""

    who: str
    reason: str

    def __post_init__(self) -> None:
        if not self.who.strip() or not self.reason.strip():
            raise ReasonMissing


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str
    version: str
    previous: str
    undoes: int | None = None
    comparison: str | None = None


class ModelService:
    """Every change of the running model is one transaction, under the linking lock, with the run over
    everything in it: nobody ever sees a partition of one model and the name of another."""

    def __init__(
        self, database: Database, linker: ReconciliationService, models: Models, audit: AuditLog
    ) -> None:
        self._database = database
        self._linker = linker
        self.known_models = models
        self._audit = audit

    async def all(self, session: ReadSession) -> ModelsAnswer:
        repository = ModelRepository(session)
        running = (await self.known_models.running(await raw_connection(session))).version
        standing = await repository.standing()
        return ModelsAnswer(
            running=running,
            standing=standing,
            relinking=standing not in (None, running),
            models=await _items(repository),
            history=tuple(_promotion_item(each) for each in await repository.history()),
            comparisons=tuple(ComparisonItem(**row) for row in await repository.comparisons()),
        )

    async def content(self, session: ReadSession, version: str) -> shelf.ModelText:
        """The model of that version, kept or shipped. Raises ``ModelUnknown``."""
        row = await ModelRepository(session).version(shelf.checked(version))
        if row is not None:
            return shelf.ModelText(row["version"], row["content"], row["digest"], row["provenance"])
        return _shipped(version)

    async def keep(self, session: WriteSession, model: shelf.ModelText, who: str) -> None:
        """From now on that version is that content. Raises ``VersionTaken`` where it is another already."""
        repository = ModelRepository(session)
        await repository.keep_version(
            version=model.version,
            content=model.content,
            digest=model.digest,
            provenance=shelf.one_form(model.provenance),
            made_by=who,
        )
        row = await repository.version(model.version)
        if row is None or row["digest"] != model.digest:
            raise VersionTaken(version=model.version)

    async def known(self, session: WriteSession, version: str) -> None:
        """Keep a shipped version that is not kept yet. Raises ``ModelUnknown``."""
        await self.keep(session, await self.content(session, version), SHIPPED_BY)

    async def promote(self, version: str, word: Word, *, compared: bool = True) -> ModelChange:
        """Link with that model from now on: the promotion and the run over everything, in one transaction.

        With ``compared`` a comparison with the running model on what is held now is demanded. Raises
        ``ModelUnknown``, ``AlreadyRunning``, ``ComparisonMissing``.
        """
        async with self._database.write() as session:
            running = await self._held(session)
            if version == running:
                raise AlreadyRunning(version=version)
            await self.known(session, version)
            repository = ModelRepository(session)
            digest = await repository.compared(version, running, await repository.mark())
            if compared and digest is None:
                raise ComparisonMissing(version=version, running=running)
            return await self._step(session, _Step(PROMOTE, version, running, comparison=digest), word)

    async def rollback(self, word: Word) -> ModelChange:
        """Back to the model before the promotion in force; members get back the ids they had before it.

        Raises ``NothingToRollBack``.
        """
        async with self._database.write() as session:
            await self._held(session)
            repository = ModelRepository(session)
            undone = in_force(await repository.history())
            if undone is None:
                raise NothingToRollBack
            step = _Step(ROLLBACK, undone.previous, undone.version, undoes=undone.id)
            return await self._step(session, step, word, await repository.members_before(undone.id))

    async def _held(self, session: WriteSession) -> str:
        """Take the linking lock; the version that links, kept as it is: it may have to come back."""
        await self._linker.hold(session)
        running = await self.known_models.running(await raw_connection(session))
        await self.known(session, running.version)
        return running.version

    async def _step(
        self, session: WriteSession, step: _Step, word: Word, wanted: Ids | None = None
    ) -> ModelChange:
        repository = ModelRepository(session)
        after = await repository.last_redirect()
        await repository.remember_members()
        promotion = await repository.keep_promotion(
            kind=step.kind,
            version=step.version,
            previous=step.previous,
            undoes=step.undoes,
            comparison=step.comparison,
            reason=word.reason.strip(),
            made_by=word.who.strip(),
        )
        records = await self._linker.relink(session, wanted)
        await repository.keep_moved(promotion)
        act = Act(ActKind.MODEL_CHANGE, word.who.strip(), objects=(thing("promotion", promotion),))
        await self._audit.witness(session, act)
        return ModelChange(
            kind=step.kind,
            version=step.version,
            previous=step.previous,
            comparison=step.comparison,
            records=records,
            ids=_counts(await repository.fates(after)),
        )


async def _items(repository: ModelRepository) -> tuple[ModelItem, ...]:
    shipped = {model.version: model for model in shelf.shipped()}
    kept = [
        ModelItem(
            version=row["version"],
            digest=row["digest"],
            shipped=row["made_by"] == SHIPPED_BY,
            made_at=row["made_at"],
            made_by=row["made_by"],
        )
        for row in await repository.versions()
    ]
    versions = {item.version for item in kept}
    others = [
        ModelItem(version=v, digest=model.digest, shipped=True, made_at=None, made_by=None)
        for v, model in shipped.items()
        if v not in versions
    ]
    return (*kept, *others)


def _shipped(version: str) -> shelf.ModelText:
    try:
        return shelf.shipped_text(version)
    except FileNotFoundError:
        raise ModelUnknown from None


def _promotion_item(row: Promotion) -> PromotionItem:
    return PromotionItem(**{name: getattr(row, name) for name in PromotionItem.model_fields})


def _counts(fates: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {kind: dict(found) for kind, found in fates.items()}
