"""How a model file comes to be: Splink for the weights of mentions, a penalised regression for those of
reports.

Offline work over labelled or unlabelled records; nothing here runs when records are linked. The caller
brings the records: this stage knows no world of its own.
"""

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from splink import DuckDBAPI, Linker

from app.reconciliation.batch_table import block_columns, feature_table
from app.reconciliation.blocking import mention_blocks, record_blocks
from app.reconciliation.calibration import Weighed, calibrated
from app.reconciliation.comparisons import COMPARISONS
from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.in_memory import in_memory
from app.reconciliation.rehearsal import LabelledRecords, proved, rehearse
from app.reconciliation.reports import PARTS, cheap_levels, may_link, people_levels
from app.reconciliation.scoring import LevelWeight, LinkKind, Model, score
from app.reconciliation.splink_model import register_terms, splink_settings

Levels = dict[str, dict[str, dict[str, float]]]

# Chance agreement of documents is known from how they are given out, and never seen in a sample.
# A foreign nationality comes with foreign names and with company of the same: by itself it is worth less than
# a sample of strangers tells.
FIXED_U = {
    ("document", "equal"): 1.5e-8,
    ("document", "one_edit"): 1e-6,
    ("document", "conflict"): 0.999999,
    ("nationality", "foreign"): 0.03,
}
# More rounds drive the m of what no match shows under what a float can hold, and Splink gives up.
_FEW_ROUNDS = {"max_iterations": 10, "em_convergence": 0.01}
_LABELLED_ALONE = ("initials", "birth", "given")
_LOUDER = 2.0  # bits that a level may say more against than the base: invented worlds are cleaner than files
_SMALLEST = 1e-5  # no level is rarer in a sample than the sample can tell
_EM_RULES = ("document", "surnames", "birth_given", "facts_district")


def train_mentions(
    mentions: Sequence[MentionFeatures], reports: Sequence[ReportFeatures], base: Model, seed: int = 1
) -> Levels:
    """m and u of every level: u by random sampling, m by EM under several blocking rules (Splink).

    ``reports[i]`` is the record of ``mentions[i]``. Levels that no pair fell into keep the base model's
    values.
    """
    table = feature_table(range(len(mentions)), mentions, base)
    for name, column in block_columns(mentions, reports).items():
        table = table.append_column(name, column)
    with in_memory() as connection:
        connection.execute("SET threads = 2")
        api = DuckDBAPI(connection=connection)
        linker = Linker(api.register(table), splink_settings(None) | _FEW_ROUNDS)
        register_terms(linker, api, mentions, base)
        linker.training.estimate_u_using_random_sampling(max_pairs=3e6, seed=seed)
        for rule in _EM_RULES:
            linker.training.estimate_parameters_using_expectation_maximisation(
                f"l.block_{rule} = r.block_{rule}"
            )
        return _levels(linker.misc.save_model_to_json(), base)


def _levels(trained: Mapping[str, Any], base: Model) -> Levels:
    out: Levels = {}
    for comparison, found in zip(COMPARISONS, trained["comparisons"], strict=True):
        out[comparison.name] = {}
        for level, values in zip(comparison.levels, found["comparison_levels"], strict=True):
            if level.null:
                continue
            old: LevelWeight = base.levels[comparison.name][level.name]
            u = FIXED_U.get((comparison.name, level.name), values.get("u_probability") or old.u)
            m = values.get("m_probability") or old.m
            out[comparison.name][level.name] = {"m": max(m, _SMALLEST), "u": max(u, 1e-9)}
    return out


@dataclass(frozen=True, slots=True)
class LabelledPair:
    levels: Mapping[str, str]  # part -> level
    same: bool


def train_reports(
    pairs: Sequence[LabelledPair], base: Mapping[str, Mapping[str, float]], strength: float = 20.0
) -> dict[str, dict[str, float]]:
    """Bits per level, additive, by logistic regression drawn towards the base weights.

    ``strength`` is how many pairs' worth of belief each base weight has: where data is thin the judgement
    of the base stands. Levels called "unknown" are no evidence and stay 0, as do weights that are rules
    (court_case).
    """
    names = [
        (part, level)
        for part, levels in PARTS.items()
        for level in levels
        if level not in ("unknown", "court_case", "none", "cross")
    ]
    index = {name: i + 1 for i, name in enumerate(names)}
    rows = np.zeros((len(pairs), len(names) + 1))
    rows[:, 0] = 1.0
    for row, found in enumerate(pairs):
        for item in found.levels.items():
            if item in index:
                rows[row, index[item]] = 1.0
    labels = np.array([pair.same for pair in pairs], dtype=float)
    centre = np.array([base["prior"]["prior"], *(base[part][level] for part, level in names)]) * np.log(2)
    bits = _regression(rows, labels, centre, strength / 20.0) / np.log(2)
    out = {part: dict(levels) for part, levels in base.items()}
    out["prior"]["prior"] = round(float(bits[0]), 3)
    for (part, level), value in zip(names, bits[1:], strict=True):
        out[part][level] = round(_bounded(float(value), base[part][level]), 3)
    return out


def _bounded(value: float, base: float) -> float:
    """Never much harsher than the base; and what the base holds against never speaks for."""
    return min(max(value, base - _LOUDER), 0.0 if base < 0.0 else math.inf)


def _regression(
    rows: npt.NDArray[np.float64],
    labels: npt.NDArray[np.float64],
    centre: npt.NDArray[np.float64],
    ridge: float,
) -> npt.NDArray[np.float64]:
    """Newton's method for the penalised likelihood; ``centre`` is where the penalty is nil."""
    weights = centre.copy()
    for _ in range(60):
        chance = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -35, 35)))
        gradient = rows.T @ (labels - chance) - ridge * (weights - centre)
        curvature = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge * np.eye(len(weights))
        step = np.linalg.solve(curvature, gradient)
        weights = weights + np.clip(step, -2.0, 2.0)
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights


def labelled_m(
    pairs: Sequence[tuple[MentionFeatures, MentionFeatures]], model: Model
) -> dict[str, dict[str, float]]:
    """Share of each level among pairs known to be one person: the check on what EM finds unaided."""
    counts = {name: dict.fromkeys(levels, 0.0) for name, levels in model.levels.items()}
    for a, b in pairs:
        for name, level in score(a, b, model).levels:
            if level != "null":
                counts[name][level] += 1.0
    return {
        name: {level: n / max(sum(found.values()), 1.0) for level, n in found.items()}
        for name, found in counts.items()
    }


def settle(
    trained: Levels, labelled: Mapping[str, Mapping[str, float]], base: Model, belief: float = 0.05
) -> Levels:
    """The m that ships: the mean of EM and labelled pairs, and ``belief`` of the base model's.

    Where EM errs (birth, initials: most of their pairs are sisters and strangers of one place and day) the
    labelled pairs alone. The base's part keeps a level that the worlds never show from becoming a certainty.
    """
    out: Levels = {}
    for name, levels in trained.items():
        out[name] = {}
        for level, values in levels.items():
            known = labelled[name][level]
            mean = known if name in _LABELLED_ALONE else (values["m"] + known) / 2
            m = (1 - belief) * mean + belief * base.levels[name][level].m
            out[name][level] = {"m": float(f"{m:.6g}"), "u": float(f"{values['u']:.6g}")}
    return out


def train(sets: Sequence[LabelledRecords], start: Mapping[str, Any], version: str) -> dict[str, Any]:
    """A whole model file, from labelled records and a hand-set start. Deterministic but for Splink's
    sampling."""
    base = Model.parse(json.dumps(start))
    makers = [r for found in sets for r in found.reports if r.makes_case]
    both = [(m, r) for r in makers for m in r.mentions]
    trained = train_mentions([m for m, _ in both], [r for _, r in both], base)
    known = [pair for found in sets for pair in _same_people(found)]
    data = {**start, "version": version, "mention": settle(trained, labelled_m(known, base), base)}
    model = Model.parse(json.dumps(data))
    pairs = [pair for found in sets for pair in _report_pairs(found, model)]
    data["report"] = train_reports(pairs, base.report)
    return data


def calibrate(data: Mapping[str, Any], sets: Sequence[LabelledRecords]) -> dict[str, Any]:
    """The model file with its calibration curves made anew from records that it was not trained on."""
    policy = {**data["policy"], **{kind: {**data["policy"][kind], "curve": []} for kind in LinkKind}}
    model = Model.parse(json.dumps({**data, "policy": policy}))
    pairs: dict[LinkKind, list[Weighed]] = {kind: [] for kind in LinkKind}
    for found in sets:
        rehearsed = rehearse(found.reports, model)
        for kind in LinkKind:
            pairs[kind] += [(judged.weight, right) for judged, right in proved(rehearsed, found, kind)]
    curves = {kind: {**policy[kind], "curve": calibrated(pairs[kind])} for kind in LinkKind}
    return {**data, "policy": {**policy, **curves}}


def _same_people(found: LabelledRecords) -> list[tuple[MentionFeatures, MentionFeatures]]:
    by_person: dict[int, list[MentionFeatures]] = defaultdict(list)
    for report in found.reports:
        for mention in report.mentions:
            who = found.person.get((report.record_id, mention.role, mention.order))
            if report.makes_case and mention.nameable and who is not None:
                by_person[who].append(mention)
    return [pair for mentions in by_person.values() for pair in combinations(mentions, 2)]


def _report_pairs(found: LabelledRecords, model: Model) -> list[LabelledPair]:
    """Every candidate pair of records that may link at all, with its levels and whether it is one case."""
    by_id = {r.record_id: r for r in found.reports if r.makes_case}
    told: dict[tuple[str, ...], dict[int, bool]] = defaultdict(dict)  # who has a block, whether to ask by it
    for record_id, report in by_id.items():
        blocks = (block for mention in report.mentions for block in mention_blocks(mention, report))
        for block in (*record_blocks(report), *blocks):
            holders = told[block[:2]]
            holders[record_id] = holders.get(record_id, False) or not block.answers
    pairs = {
        (a, b)
        for holders in told.values()
        for a, b in combinations(sorted(holders), 2)
        if holders[a] or holders[b]
    }
    out = []
    for a, b in sorted(pairs):
        if may_link(by_id[a], by_id[b]):
            levels = cheap_levels(by_id[a], by_id[b]) | people_levels(by_id[a], by_id[b], model)
            same = found.case[a] is not None and found.case[a] == found.case[b]
            out.append(LabelledPair(levels, same))
    return out
