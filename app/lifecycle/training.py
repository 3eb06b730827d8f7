"""A model learnt on what is held: decrypted in memory, never written in clear, nobody's name in it."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from app.core.raw import raw_connection
from app.db.engine import Database
from app.lifecycle import shelf
from app.lifecycle.errors import TrainingImplausible, TrainingImpossible, VersionTaken
from app.lifecycle.learning import BEARERS, KEPT, Sample, bearers, implausible, learnt_terms, settled
from app.lifecycle.repository import ModelRepository
from app.lifecycle.service import ModelService, Word
from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.scoring import Model
from app.reconciliation.trial import Trial
from app.security.sealing import Sealer
from app.statistics.memory import Mark

LEAST_MENTIONS: Final = 1_000  # that name somebody
LEAST_DOCUMENTS: Final = 100  # mentions whose document another mention has too: what EM begins with
LEAST_DECISIONS: Final = 200  # of reviewers on cases, and
LEAST_OF_EACH: Final = 50  # as many of each word, before the weights of reports are learnt from them
_MOST_PAIRS: Final = 3e6  # that u is sampled from

Named = list[tuple[MentionFeatures, ReportFeatures]]


class Trainer:
    def __init__(self, database: Database, sealer: Sealer, service: ModelService) -> None:
        self._database = database
        self._sealer = sealer
        self._service = service
        self._models = service.known_models

    async def train(self, version: str, word: Word) -> shelf.ModelText:
        """Learn and keep a model; it links nothing before it is promoted.

        Raises ``VersionUnusable``, ``VersionTaken``, ``TrainingImpossible``, ``TrainingImplausible``.
        """
        shelf.checked(version)
        async with self._database.read() as session:
            connection = await raw_connection(session)
            base = await self._models.running(connection)
            taken = await self._models.of(connection, version)
            if taken is not None:
                raise VersionTaken(version=version)
            data = json.loads((await self._service.content(session, base.version)).content)
            mark = await ModelRepository(session).mark()
            trial = await Trial.read(connection, self._sealer)
        learnt = await asyncio.to_thread(learn, trial, base, data)
        provenance = learnt["provenance"] | _said(mark, base, word)
        model = shelf.text_of(learnt | {"version": version, "provenance": provenance})
        Model.parse(model.content)
        async with self._database.write() as session:
            await self._service.keep(session, model, word.who.strip())
        return model


def learn(trial: Trial, base: Model, data: dict[str, Any]) -> dict[str, Any]:
    """The content of a new model out of that of the base; its ``provenance`` says what was learnt of what.

    Raises ``TrainingImpossible`` or ``TrainingImplausible``.
    """
    named = _named(trial)
    _enough(named)
    levels = settled(_trained(named, base), base.levels, _sample(trial, len(named)))
    if found := implausible(levels, base.levels):
        raise TrainingImplausible(findings="; ".join(found[:10]))
    surnames, given = bearers(trial.held.mentions, trial.standing["person"])
    report, decisions = _report(trial, base)
    return data | {
        "mention": levels,
        "terms": learnt_terms(base.terms, surnames, given),
        "report": report,
        "provenance": {
            "base": base.version,
            "mentions": len(named),
            "records": len(trial.held.records),
            "decisions_on_cases": decisions,
            "mention": "u by random sampling freed of linked pairs, m by EM (Splink); "
            f"{', '.join(sorted(KEPT))} as in the base",
            "report": "by reviewers' decisions" if report != data["report"] else "as in the base",
            "terms": f"shares of names that at least {BEARERS} persons held bear; all others as in the base",
            "policy": "as in the base",
        },
    }


def _named(trial: Trial) -> Named:
    return [
        (mention, record.report)
        for record in trial.held.records.values()
        if record.report.makes_case
        for mention in record.report.mentions
        if mention.nameable
    ]


def _enough(named: Named) -> None:
    if len(named) < LEAST_MENTIONS:
        raise TrainingImpossible(missing=_of("menciones / mentions", len(named), LEAST_MENTIONS))
    documents = Counter((m.document_type, m.document) for m, _ in named if m.document)
    shared = sum(count for count in documents.values() if count > 1)
    if shared < LEAST_DOCUMENTS:
        what = "menciones con un documento que otra tiene / mentions whose document another has"
        raise TrainingImpossible(missing=_of(what, shared, LEAST_DOCUMENTS))


def _of(what: str, found: int, least: int) -> str:
    return f"{what}: {found}, {least} hacen falta / needed"


def _sample(trial: Trial, mentions: int) -> Sample:
    """Pairs of one person are counted in the partition that stands."""
    pairs = mentions * (mentions - 1) / 2
    sizes = Counter(trial.standing["person"].values()).values()
    return Sample(min(pairs, _MOST_PAIRS), sum(n * (n - 1) / 2 for n in sizes) / pairs)


def _trained(named: Named, base: Model) -> Any:
    """Splink's own errors say that too little was there to learn from."""
    from splink.internals.exceptions import EMTrainingException

    from app.reconciliation.train import train_mentions

    try:
        return train_mentions([m for m, _ in named], [r for _, r in named], base)
    except EMTrainingException as error:
        what = "pares para EM / pairs for EM"
        raise TrainingImpossible(missing=f"{what} ({type(error).__name__})") from None


def _report(trial: Trial, base: Model) -> tuple[Any, int]:
    """Weights of reports, and how many decisions there are: learnt only where reviewers said enough."""
    from app.reconciliation.train import train_reports

    pairs = labelled(trial, base)
    same = sum(pair.same for pair in pairs)
    if len(pairs) < LEAST_DECISIONS or min(same, len(pairs) - same) < LEAST_OF_EACH:
        return base.report, len(pairs)
    return train_reports(pairs, base.report), len(pairs)


def labelled(trial: Trial, base: Model) -> Sequence[Any]:
    """Pairs of records that a reviewer decided, as ``train_reports`` takes them."""
    from app.reconciliation.reports import cheap_levels, may_link, people_levels
    from app.reconciliation.train import LabelledPair

    decided = trial.decided["case"]
    words = {**dict.fromkeys(decided.same, True), **dict.fromkeys(decided.different, False)}
    found = []
    for key, same in sorted(words.items()):
        if trial.knows("case", key):
            a, b = (trial.held.report(end) for end in key)
            if may_link(a, b):
                levels = cheap_levels(a, b) | people_levels(a, b, base)
                found.append(LabelledPair(levels, same))
    return found


def _said(mark: Mark, base: Model, word: Word) -> dict[str, Any]:
    return {"position": mark.position, "base": base.version, "reason": word.reason.strip()}
