"""Comparing two models over one snapshot of what is held, and keeping the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.raw import raw_connection
from app.db.engine import Database
from app.lifecycle import shelf
from app.lifecycle.comparing import Side, compared, moved, said
from app.lifecycle.errors import ModelUnknown
from app.lifecycle.figures import Figures, first_statistics, over
from app.lifecycle.repository import ModelRepository
from app.lifecycle.service import ModelService
from app.reconciliation.neighbourhood import Kind, Settled, settle
from app.reconciliation.scoring import Model
from app.reconciliation.trial import Conclusions, Trial
from app.security.sealing import Sealer
from app.statistics.memory import Mark

KINDS: tuple[Kind, ...] = ("case", "person")


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as it is kept, under its SHA-256."""

    digest: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Found:
    """One model's result, with ids as they would be."""

    model: Model
    concluded: Conclusions
    settled: Mapping[Kind, Settled]


class Comparer:
    """Reads one snapshot, computes in memory and writes nothing but its report."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        service: ModelService,
        figures: Sequence[Figures] = (first_statistics,),
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._service = service
        self._models = service.known_models
        self._figures = figures

    async def compare(self, version: str, who: str, against: str | None = None) -> Kept:
        """``against``: the running model, where none is named. Raises ``ModelUnknown``."""
        before, after = await self._both(version, against)
        async with self._database.snapshot_write() as session:
            mark = await ModelRepository(session).mark()
            connection = await raw_connection(session)
            trial = await Trial.read(connection, self._sealer)
            old = _settled(before, await trial.conclude(before), trial.standing)
            stood = {kind: old.settled[kind].members for kind in KINDS}
            new = _settled(after, await trial.conclude(after), stood)
            figures = [
                await over(session, {kind: each.settled[kind].members for kind in KINDS}, self._figures)
                for each in (old, new)
            ]
        report = _report(trial, old, new, mark) | {"figures": moved(*figures)}
        return await self._keep(report, mark, who)

    async def _both(self, version: str, against: str | None) -> tuple[Model, Model]:
        async with self._database.write() as session:
            connection = await raw_connection(session)
            name = against or (await self._models.running(connection)).version
            for each in (name, version):
                await self._service.known(session, each)
            found = [await self._models.of(connection, each) for each in (name, version)]
        before, after = found
        if before is None or after is None:
            raise ModelUnknown
        return before, after

    async def _keep(self, report: dict[str, Any], mark: Mark, who: str) -> Kept:
        content = shelf.one_form(report)
        digest = shelf.digest(content)
        async with self._database.write() as session:
            await ModelRepository(session).keep_comparison(
                digest=digest,
                version=report["version"],
                against=report["against"],
                report=content,
                made_by=who,
                position=mark.position,
                pending=mark.pending,
                versions=mark.versions,
            )
        return Kept(digest, report)


def _settled(model: Model, concluded: Conclusions, standing: Mapping[Kind, Mapping[int, UUID]]) -> _Found:
    settled = {kind: settle(standing[kind], concluded[kind].resolved.clusters) for kind in KINDS}
    return _Found(model, concluded, settled)


def _report(trial: Trial, old: _Found, new: _Found, mark: Mark) -> dict[str, Any]:
    report: dict[str, Any] = {
        "version": new.model.version,
        "against": old.model.version,
        "position": mark.position,
        "pending": mark.pending,
        "versions": mark.versions,  # else the same found again of another state would be nothing new
        "records": len(trial.held.records),
        "mentions": len(trial.held.mentions),
    }
    for kind in KINDS:
        ids = frozenset(trial.standing[kind].values())
        sides = (_side(trial, kind, old), _side(trial, kind, new))
        report[kind] = compared(*sides, new.settled[kind], ids)
    return report


def _side(trial: Trial, kind: Kind, found: _Found) -> Side:
    concluded, decided = found.concluded[kind], trial.decided[kind]
    words = {**dict.fromkeys(decided.same, "same"), **dict.fromkeys(decided.different, "different")}
    reviewed = []
    for key, word in sorted(words.items()):
        if trial.knows(kind, key):
            limits = trial.thresholds(kind, key, found.model)
            reviewed.append((word, said(concluded.weights.get(key), limits.upper, limits.lower)))
    return Side(concluded.resolved.judged, concluded.resolved.clusters, reviewed)
