"""Compares links with the truth: ``links export`` against ``truth.csv``, by record and mention.

Both files have one row per mention and one per record (order, role and person empty). A mention or record
that the links do not hold counts as linked to nothing; rows that the truth does not hold are counted and
left out.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np

from app.world.agreement import (
    Agreement,
    Labels,
    Mask,
    Overlap,
    Score,
    agreement,
    bcubed,
    linked_right,
    pairs_between,
)
from app.world.traits import Trait
from schemas.vocabulary import Feed, Role

Row = Sequence[str]  # feed, record, order, role, case, person
Key = tuple[str, str, str, str]  # feed, record, order, role
TRUTH_HEADER = ("feed", "record", "order", "role", "case", "person")
LINKS_HEADER = ("feed", "record", "order", "role", "case_id", "person_id")
TRAITS_HEADER = ("feed", "record", "order", "role", "traits")


class UnreadableTable(ValueError):
    """The file is no table of the expected shape. Carries no data of it."""


@dataclass(frozen=True, slots=True)
class SliceScore:
    name: str
    mentions: int
    bcubed: Score
    linked_right: int
    with_partner: int


@dataclass(frozen=True, slots=True)
class PairScore:
    name: str  # "feed ~ feed"
    pairwise: Score


@dataclass(frozen=True, slots=True)
class Report:
    victims: Agreement
    suspects: Agreement
    persons: Agreement
    identifiable: Agreement | None  # persons without NN mentions; None where traits are not known
    cases: Agreement
    slices: tuple[SliceScore, ...]
    feed_pairs: tuple[PairScore, ...]
    case_feed_pairs: tuple[PairScore, ...]
    missing_mentions: int  # in the truth and not in the links
    missing_records: int
    extra_rows: int  # in the links and not in the truth
    caseless_in_a_case: int  # records of no case that the links put into one with another record

    def as_json(self) -> dict[str, Any]:
        """Plain values, with F1 beside precision and recall."""
        plain: dict[str, Any] = _with_f1(asdict(self))
        return plain


def _with_f1(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: _with_f1(item) for key, item in value.items()}
        if plain.keys() == {"precision", "recall"}:
            plain["f1"] = Score(plain["precision"], plain["recall"]).f1
        return plain
    return [_with_f1(item) for item in value] if isinstance(value, list | tuple) else value


def read_table(path: Path, header: tuple[str, ...], least: int = 0) -> Iterator[list[str]]:
    """Raises ``UnreadableTable``, also of a table of fewer than ``least`` rows, once it has been read."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        if tuple(next(rows, ())) != header:
            raise UnreadableTable(f"expected the columns {','.join(header)}")
        number = 1
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                raise UnreadableTable(f"line {number} has {len(row)} columns, not {len(header)}")
            yield row
        if number - 1 < least:
            raise UnreadableTable("no row under the header: nothing to measure")


def evaluate_files(truth: Path, links: Path, traits: Path | None = None) -> Report:
    """``traits``: the file written beside the truth of an invented world; fewer slices without it.

    Raises ``UnreadableTable``: of nothing every figure would be a perfect one.
    """
    trait_of: dict[Key, str] = {}
    if traits is not None:
        for row in read_table(traits, TRAITS_HEADER):
            trait_of[row[0], row[1], row[2], row[3]] = row[4]
    return evaluate(read_table(truth, TRUTH_HEADER, 1), read_table(links, LINKS_HEADER, 1), trait_of)


def evaluate(truth: Iterable[Row], links: Iterable[Row], traits: Mapping[Key, str] | None = None) -> Report:
    table = _Table(links)
    table.add_truth(truth)
    return table.report(traits or {})


class _Labels:
    """Text labels as whole numbers; what has no label gets one of its own."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._next = 0

    def code(self, label: str | None) -> int:
        if label:
            found = self._codes.get(label)
            if found is not None:
                return found
            self._codes[label] = self._next
        self._next += 1
        return self._next - 1


class _Table:
    def __init__(self, links: Iterable[Row]) -> None:
        self._linked_case: dict[tuple[str, str], str] = {}
        self._linked_person: dict[Key, str] = {}
        for feed, record, order, role, case, person in links:
            if role:
                self._linked_person[feed, record, order, role] = person
            else:
                self._linked_case[feed, record] = case
        self._mentions: list[Key] = []
        self._person_case: list[tuple[str, str]] = []
        self._records: list[tuple[str, str]] = []
        self._cases: list[str] = []
        self._caseless: list[tuple[str, str]] = []

    def add_truth(self, truth: Iterable[Row]) -> None:
        for feed, record, order, role, case, person in truth:
            if role:
                self._mentions.append((feed, record, order, role))
                self._person_case.append((person, case))
            elif case:
                self._records.append((feed, record))
                self._cases.append(case)
            else:
                self._caseless.append((feed, record))

    def report(self, traits: Mapping[Key, str]) -> Report:
        true_labels, guess_labels = _Labels(), _Labels()
        truth = _array(true_labels.code(person) for person, _ in self._person_case)
        guess = _array(guess_labels.code(self._linked_person.get(key)) for key in self._mentions)
        overlap = Overlap.of(truth, guess)
        masks = self._masks(truth, traits)
        feeds = [key[0] for key in self._mentions]
        case_overlap, cases = self._case_overlap()
        named = ~masks[Trait.UNIDENTIFIED.value] if traits else None
        return Report(
            victims=_within(truth, guess, masks[Role.VICTIM.value]),
            suspects=_within(truth, guess, masks[Role.SUSPECT.value]),
            persons=agreement(truth, guess),
            identifiable=None if named is None else _within(truth, guess, named),
            cases=cases,
            slices=tuple(_slice(name, overlap, mask) for name, mask in masks.items()),
            feed_pairs=_feed_pairs(overlap, feeds),
            case_feed_pairs=_feed_pairs(case_overlap, [feed for feed, _ in self._records]),
            missing_mentions=sum(key not in self._linked_person for key in self._mentions),
            missing_records=sum(key not in self._linked_case for key in self._records),
            extra_rows=self._extra(),
            caseless_in_a_case=self._caseless_in_a_case(),
        )

    def _case_overlap(self) -> tuple[Overlap, Agreement]:
        true_labels, guess_labels = _Labels(), _Labels()
        truth = _array(true_labels.code(case) for case in self._cases)
        guess = _array(guess_labels.code(self._linked_case.get(key)) for key in self._records)
        return Overlap.of(truth, guess), agreement(truth, guess)

    def _masks(self, truth: Labels, traits: Mapping[Key, str]) -> dict[str, Mask]:
        masks = {
            role: np.array([key[3] == role for key in self._mentions], dtype=np.bool_) for role in _ROLES
        }
        masks["several_cases"] = self._several_cases(truth)
        masks["both_roles"] = _varies(truth, _array(key[3] == Role.VICTIM.value for key in self._mentions))
        if traits:
            found = [frozenset(traits.get(key, "").split()) for key in self._mentions]
            for trait in Trait:
                masks[trait.value] = np.array([trait.value in have for have in found], dtype=np.bool_)
            hidden = masks[Trait.INITIALS.value] | masks[Trait.KEY.value]
            masks["initials_or_key_cited"] = hidden & masks[Trait.CITED.value]
        return masks

    def _several_cases(self, truth: Labels) -> Mask:
        labels = _Labels()
        return _varies(truth, _array(labels.code(case) for _, case in self._person_case))

    def _extra(self) -> int:
        known_records = {*self._records, *self._caseless}
        return len(self._linked_person.keys() - set(self._mentions)) + len(
            self._linked_case.keys() - known_records
        )

    def _caseless_in_a_case(self) -> int:
        used: dict[str, int] = {}
        for case in self._linked_case.values():
            used[case] = used.get(case, 0) + 1
        linked = (self._linked_case.get(key, "") for key in self._caseless)
        return sum(1 for case in linked if case and used[case] > 1)


_ROLES = (Role.VICTIM.value, Role.SUSPECT.value)


def _array(values: Iterable[int | bool]) -> Labels:
    return np.fromiter(values, dtype=np.int64)


def _varies(groups: Labels, values: Labels) -> Mask:
    """Items of groups whose items do not all have the same value."""
    if not len(groups):
        return np.zeros(0, dtype=np.bool_)
    low = np.full(int(groups.max()) + 1, np.iinfo(np.int64).max)
    high = np.full(int(groups.max()) + 1, np.iinfo(np.int64).min)
    np.minimum.at(low, groups, values)
    np.maximum.at(high, groups, values)
    return np.asarray(low[groups] != high[groups], dtype=np.bool_)


def _within(truth: Labels, guess: Labels, mask: Mask) -> Agreement:
    return agreement(truth[mask], guess[mask])


def _slice(name: str, overlap: Overlap, mask: Mask) -> SliceScore:
    right, partnered = linked_right(overlap, mask)
    return SliceScore(name, int(mask.sum()), bcubed(overlap, mask), right, partnered)


def _feed_pairs(overlap: Overlap, feeds: Sequence[str]) -> tuple[PairScore, ...]:
    masks = {feed.value: np.array([feed.value == name for name in feeds], dtype=np.bool_) for feed in Feed}
    return tuple(
        PairScore(f"{one} ~ {other}", pairs_between(overlap, masks[one], masks[other]))
        for one, other in combinations_with_replacement(masks, 2)
    )
