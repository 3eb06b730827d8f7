"""The match weight of two mentions, in bits, in plain Python: what Splink's ``predict`` gives with the
same model.

Every weight of a level and of a term is a multiple of 2**-32, so that sums are exact: the batch (SQL), the
online path and every order of arrival agree bit for bit.
"""

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from app.reconciliation.comparisons import COMPARISONS, Level
from app.reconciliation.features import MentionFeatures
from app.reconciliation.names import surname_core
from app.reconciliation.phonetic import sound

CURRENT = "2026.12"
_QUANTUM = 2.0**32
_FLOOR = 1e-7  # no term counts as rarer than this


class ModelUnreadable(Exception):
    """A model file that lacks a comparison, a level or a part of the policy."""


def exact(bits: float) -> float:
    """The nearest multiple of 2**-32."""
    return round(bits * _QUANTUM) / _QUANTUM


@dataclass(frozen=True, slots=True)
class LevelWeight:
    m: float
    u: float

    @property
    def bits(self) -> float:
        return exact(math.log2(self.m / self.u))


class LinkKind(StrEnum):
    """What is linked. Each kind has thresholds and a calibration of its own."""

    VICTIM = "victim"
    SUSPECT = "suspect"  # also where the same person stands as victim here and as suspect there
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Policy:
    """The decision that the thresholds are: they follow from a precision that somebody asked for, and hold
    from a day on. Stored with every judgement."""

    id: str
    valid_from: str  # ISO date
    precision: float  # asked of the pairs at or above the upper threshold


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Of one kind, in bits as ``weight`` gives them, context and rivals counted."""

    upper: float  # at or above: linked by the machine
    lower: float  # at or above and below upper: for a reviewer
    floor: float  # the mean evidence over all cross pairs that a merge needs
    curve: tuple[tuple[float, float], ...] = ()  # bits, and what they proved worth where the truth is known

    def probability(self, bits: float) -> float:
        """Calibrated; never falls where bits rise. Without a curve, what the bits themselves say."""
        return probability(interpolated(self.curve, bits) if self.curve else bits)


def interpolated(curve: Sequence[tuple[float, float]], bits: float) -> float:
    """On straight lines between the knots; level above the last, falling with the bits below the first."""
    place = bisect_right(curve, (bits, math.inf))
    if place == len(curve):
        return curve[-1][1]
    if place == 0:
        return curve[0][1] + bits - curve[0][0]
    (x0, y0), (x1, y1) = curve[place - 1], curve[place]
    return y0 + (y1 - y0) * (bits - x0) / (x1 - x0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Shares of names in the population, frozen with the model: they do not move with what is held."""

    surnames: Mapping[str, float]
    given: Mapping[str, float]
    surname_default: float  # of the unseen, and the least that any counts for
    given_default: float
    second_given_factor: float  # given names of one person are not independent: times this
    _surname_sounds: dict[str, float] = field(default_factory=dict)
    _given_sounds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for shares, sounds in ((self.surnames, self._surname_sounds), (self.given, self._given_sounds)):
            for name, share in shares.items():
                key = sound(surname_core(name))
                sounds[key] = sounds.get(key, 0.0) + share

    def surname(self, value: str) -> float:
        return self._share(value, self.surnames, self._surname_sounds, self.surname_default)

    def first(self, value: str) -> float:
        return self._share(value, self.given, self._given_sounds, self.given_default)

    def knows_given(self, value: str) -> bool:
        """A name, in any spelling that sounds like it, of which the table has the share."""
        return value in self.given or sound(value) in self._given_sounds

    @staticmethod
    def _share(value: str, shares: Mapping[str, float], sounds: Mapping[str, float], least: float) -> float:
        """A spelling that the table lacks is no rarer than the name that it sounds like: GONZALEZ is common
        where GONZALES is."""
        share = shares.get(value)
        if share is None:
            share = sounds.get(sound(surname_core(value)), least)
        return max(share, least)

    def given_names(self, words: tuple[str, ...]) -> float:
        share = self.first(words[0])
        for word in words[1:]:
            share *= min(self.first(word) * self.second_given_factor, 1.0)
        return max(share, _FLOOR)


@dataclass(frozen=True, slots=True)
class Context:
    """What the resolved cases say of a pair of mentions, in bits."""

    apart: float  # prior odds of a pair of no common case
    overlap: float  # share of a record's people whom another record of the case names too
    other_role: float  # prior odds inside one case, victim here and suspect there
    key_equal: float  # same protected key inside one case
    key_differs: float
    nameless: float  # inside one case, one of them known by nothing but sex and age


@dataclass(frozen=True, slots=True)
class Model:
    """One version of weights, terms and policy. Immutable; ``load`` is the only way to get the shipped
    one."""

    version: str
    levels: Mapping[str, Mapping[str, LevelWeight]]
    terms: Terms
    context: Context
    policy: Policy
    victim: Thresholds
    suspect: Thresholds
    case: Thresholds
    person: Thresholds  # the laxer of victim and suspect: what may matter to either
    report: Mapping[str, Mapping[str, float]]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    _plan: tuple[Any, ...] = ()
    report_bits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # ``report``, exact
    _surname_bits: dict[str, float] = field(default_factory=dict)
    _first_bits: dict[str, float] = field(default_factory=dict)
    _given_bits: dict[tuple[str, ...], float] = field(default_factory=dict)

    @staticmethod
    def load(version: str | Path = CURRENT) -> "Model":
        """A shipped version by name, or any model file by path. Raises ``ModelUnreadable``."""
        return _load_file(version) if isinstance(version, Path) else _load_shipped(version)

    @staticmethod
    def parse(text: str | bytes) -> "Model":
        return _parse(json.loads(text))

    def of(self, kind: LinkKind) -> Thresholds:
        found: Thresholds = getattr(self, kind)
        return found

    def between(self, role: str, other: str) -> Thresholds:
        """For two mentions of these roles."""
        return self.victim if role == other == LinkKind.VICTIM else self.suspect

    def surname_bits(self, value: str) -> float:
        """-log2 of the share of a surname."""
        found = self._surname_bits.get(value)
        if found is None:
            found = self._surname_bits[value] = exact(-math.log2(self.terms.surname(value)))
        return found

    def first_bits(self, value: str) -> float:
        found = self._first_bits.get(value)
        if found is None:
            found = self._first_bits[value] = exact(-math.log2(self.terms.first(value)))
        return found

    def given_bits(self, words: tuple[str, ...]) -> float:
        found = self._given_bits.get(words)
        if found is None:
            found = self._given_bits[words] = exact(-math.log2(self.terms.given_names(words)))
        return found

    def name_bits(self, m: MentionFeatures) -> float:
        """-log2 of the share of people of this full name; a given name that is not known tells nothing."""
        return (
            self.surname_bits(m.paternal or "")
            + self.surname_bits(m.maternal or "")
            + (self.given_bits(m.given) if m.given else 0.0)
        )

    def term_bits(self, column: str, mention: MentionFeatures) -> float:
        """-log2 of the share of what a level found equal."""
        if column == "paternal":
            return self.surname_bits(mention.paternal or "")
        if column == "maternal":
            return self.surname_bits(mention.maternal or "")
        return self.given_bits(mention.given) if column == "given" else self.first_bits(mention.given[0])

    def level_bits(self, comparison: str, level: Level) -> float:
        """The constant part of a level's weight; with a term, ``term_bits`` comes on top."""
        if level.null:
            return 0.0
        weight = self.levels[comparison][level.name]
        return exact(math.log2(weight.m)) if level.term else weight.bits


@dataclass(frozen=True, slots=True)
class PairScore:
    """``levels`` names the level of every comparison; ``bits`` its weight. ``weight`` is their sum."""

    weight: float
    levels: tuple[tuple[str, str], ...]
    bits: tuple[float, ...]


def score(a: MentionFeatures, b: MentionFeatures, model: Model) -> PairScore:
    """The pair explained. Symmetric."""
    levels: list[tuple[str, str]] = []
    bits: list[float] = []
    for name, tests in model._plan:
        for test, constant, term, level in tests:
            if test(a, b):
                levels.append((name, level))
                bits.append(constant + (model.term_bits(term, a) if term else 0.0))
                break
    return PairScore(sum(bits), tuple(levels), tuple(bits))


def weight(a: MentionFeatures, b: MentionFeatures, model: Model) -> float:
    """The pair's weight alone, some 5 microseconds."""
    total = 0.0
    for _name, tests in model._plan:
        for test, constant, term, _level in tests:
            if test(a, b):
                total += constant
                if term:
                    total += model.term_bits(term, a)
                break
    return total


def probability(bits: float) -> float:
    """Of posterior odds in bits."""
    return float(1.0 / (1.0 + 2.0 ** min(-bits, 1000.0)))


@cache
def _load_shipped(version: str) -> Model:
    source = resources.files("app.reconciliation") / "model" / f"{version}.json"
    if not source.is_file():
        raise ModelUnreadable(f"no model version {version}")
    return Model.parse(source.read_bytes())


def _load_file(path: Path) -> Model:
    return Model.parse(path.read_bytes())


def _policy(data: Mapping[str, Any]) -> dict[str, Any]:
    victim, suspect, case = (_thresholds(**data[kind]) for kind in LinkKind)
    laxer = (min(getattr(victim, name), getattr(suspect, name)) for name in ("upper", "lower", "floor"))
    policy = Policy(data["id"], data["valid_from"], data["precision"])
    person = Thresholds(*laxer)
    return {"policy": policy, "victim": victim, "suspect": suspect, "case": case, "person": person}


def _thresholds(upper: float, lower: float, floor: float, curve: Sequence[Sequence[float]]) -> Thresholds:
    return Thresholds(upper, lower, floor, tuple((bits, worth) for bits, worth in curve))


# Levels that a model made before them has no weight for, and the level of that part they are worth.
_LATER: Mapping[str, Mapping[str, str]] = {"numbers": {"one_number": "both"}}


def _with_later_levels(report: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {
        part: {level: found[worth] for level, worth in _LATER.get(part, {}).items()} | dict(found)
        for part, found in report.items()
    }


def _parse(data: Mapping[str, Any]) -> Model:
    try:
        levels = {
            name: {level: LevelWeight(**values) for level, values in found.items()}
            for name, found in data["mention"].items()
        }
        terms = Terms(**data["terms"])
        report = _with_later_levels(data["report"])
        bare = Model(
            version=data["version"],
            levels=levels,
            terms=terms,
            context=Context(**data["context"]),
            **_policy(data["policy"]),
            report=report,
            report_bits={
                part: {level: exact(bits) for level, bits in found.items()} for part, found in report.items()
            },
            provenance=data["provenance"],
        )
        plan = tuple(
            (
                comparison.name,
                tuple(
                    (level.test, bare.level_bits(comparison.name, level), level.term, level.name)
                    for level in comparison.levels
                ),
            )
            for comparison in COMPARISONS
        )
    except (KeyError, TypeError) as error:
        raise ModelUnreadable(f"model file incomplete: {error}") from error
    object.__setattr__(bare, "_plan", plan)
    return bare
