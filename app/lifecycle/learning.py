"""What may be believed of weights that were learnt on what is held, without labels. Pure.

A model file leaves the registry: nothing in it may tell that somebody is held. So names enter its tables
only where many persons bear them, and shares of names that few bear here stay as the population has them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log2
from typing import Any, Final

from app.reconciliation.features import MentionFeatures
from app.reconciliation.scoring import LevelWeight, Terms

Levels = Mapping[str, Mapping[str, Mapping[str, float]]]
Known = Mapping[str, Mapping[str, LevelWeight]]

BEARERS: Final = 50  # persons held; a name that fewer bear is nobody's business outside
# Not learnt without labels: most pairs that EM sees of these are sisters and strangers of one place and day;
# chance agreement of documents and nationalities is known otherwise (``train`` fixes it).
KEPT: Final = frozenset({"birth", "initials", "given", "document", "nationality"})
_BELIEF: Final = 0.2  # weight of the current m
_PAIRS: Final = 30.0  # as many pairs' worth of belief has the current u
_CLEAR: Final = 2.0  # bits from which the current model is sure of an order or a sign
_SLOTS: Final = 5_000.0  # as many names' worth of belief has the current share


@dataclass(frozen=True, slots=True)
class Sample:
    """Of which mentions the weights were learnt: pairs looked at, and which share of all is one person's."""

    pairs: float
    matches: float


def settled(trained: Levels, known: Known, sample: Sample) -> dict[str, dict[str, dict[str, float]]]:
    """m and u to use. The u of random pairs is freed of pairs that are one person's, and drawn towards the
    current one as far as the sample cannot tell; m is a mean with the current one."""
    out: dict[str, dict[str, dict[str, float]]] = {}
    for name, levels in known.items():
        out[name] = {}
        for level, now in levels.items():
            learnt = trained[name][level]
            if name in KEPT:
                out[name][level] = {"m": now.m, "u": now.u}
                continue
            m = _BELIEF * now.m + (1 - _BELIEF) * learnt["m"]
            free = max(learnt["u"] - sample.matches * learnt["m"], 0.0) / (1.0 - sample.matches)
            trust = sample.pairs * now.u / (sample.pairs * now.u + _PAIRS)
            u = trust * free + (1 - trust) * now.u
            out[name][level] = {"m": float(f"{m:.6g}"), "u": float(f"{max(u, 1e-9):.6g}")}
    return out


def implausible(levels: Levels, known: Known) -> list[str]:
    """Where the order of two levels is the reverse of what is clearly known, or a level's sign is."""
    found: list[str] = []
    for name, now in known.items():
        new = {level: log2(values["m"] / values["u"]) for level, values in levels[name].items()}
        old = {level: weight.bits for level, weight in now.items()}
        for level, bits in old.items():
            if abs(bits) >= _CLEAR and bits * new[level] < 0:
                found.append(f"{name}/{level}: {bits:+.1f} -> {new[level]:+.1f}")
            for other, less in old.items():
                if bits >= less + _CLEAR and new[level] < new[other]:
                    found.append(f"{name}: {other} > {level}")
    return found


def bearers(
    mentions: Mapping[int, MentionFeatures], person_of: Mapping[int, Any]
) -> tuple[dict[str, int], dict[str, int]]:
    """How many persons bear each surname and each first given name."""
    surnames: dict[str, set[Any]] = defaultdict(set)
    given: dict[str, set[Any]] = defaultdict(set)
    for mention_id, mention in mentions.items():
        person = person_of.get(mention_id)
        if person is None:
            continue
        for surname in (mention.paternal, mention.maternal):
            if surname:
                surnames[surname].add(person)
        if mention.given:
            given[mention.given[0]].add(person)
    return _counts(surnames.items()), _counts(given.items())


def _counts(found: Iterable[tuple[str, set[Any]]]) -> dict[str, int]:
    return {name: len(people) for name, people in found}


def learnt_terms(terms: Terms, surnames: Mapping[str, int], given: Mapping[str, int]) -> dict[str, Any]:
    """The tables of a model file. Names that fewer than ``BEARERS`` persons bear are as they were."""
    return {
        "surnames": _shares(terms.surnames, surnames, terms.surname_default),
        "given": _shares(terms.given, given, terms.given_default),
        "surname_default": terms.surname_default,
        "given_default": terms.given_default,
        "second_given_factor": terms.second_given_factor,
    }


def _shares(known: Mapping[str, float], counts: Mapping[str, int], least: float) -> dict[str, float]:
    total = sum(counts.values())
    shares = dict(known)
    for name, count in sorted(counts.items()):
        if count >= BEARERS:
            share = (count + _SLOTS * known.get(name, least)) / (total + _SLOTS)
            shares[name] = float(f"{share:.3g}")
    return shares
