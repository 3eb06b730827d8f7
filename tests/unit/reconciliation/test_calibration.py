"""Calibration: curves that rise, probabilities that hold, thresholds of each kind and their policy."""

import math
import random
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from app.commands.rehearsing import Proof
from app.commands.reliability import diagram
from app.reconciliation.calibration import Bin, calibrated, expected_error, precision_from, reliability
from app.reconciliation.scoring import LinkKind, Model, Thresholds, interpolated, probability

MODEL = Model.load()


def _overconfident(count: int) -> list[tuple[float, bool]]:
    """Pairs whose weight says twice the bits that they are worth."""
    rng = random.Random(5)
    bits = [rng.uniform(-8.0, 12.0) for _ in range(count)]
    return [(b, rng.random() < probability(b / 2)) for b in bits]


def test_a_curve_rises_in_both_and_finds_what_the_bits_are_worth() -> None:
    curve = calibrated(_overconfident(60_000))
    assert all(x0 < x1 and y0 < y1 for (x0, y0), (x1, y1) in pairwise(curve))
    for bits in (-4.0, 0.0, 4.0, 8.0):
        assert interpolated(curve, bits) == pytest.approx(bits / 2, abs=0.5)


def test_the_order_of_the_pairs_says_nothing() -> None:
    pairs = _overconfident(2_000)
    assert calibrated(pairs) == calibrated(pairs[::-1])


def test_a_curve_of_too_few_pairs_is_none() -> None:
    assert calibrated(_overconfident(20)) == ()
    assert Thresholds(3.0, -2.0, 0.0).probability(1.0) == probability(1.0)


def test_perfect_pairs_are_not_certain() -> None:
    ((_, worth),) = calibrated([(5.0, True)] * 100)
    assert probability(worth) < 1.0


def test_calibrated_probabilities_err_less_than_those_of_the_bits() -> None:
    curve = calibrated(_overconfident(40_000))
    fresh = [(bits, right) for bits, right in _overconfident(50_000)[40_000:]]
    told = expected_error(reliability([(probability(interpolated(curve, b)), r) for b, r in fresh]))
    naive = expected_error(reliability([(probability(b), r) for b, r in fresh]))
    assert told < 0.02 < naive


def test_the_expected_error_is_the_mean_distance_by_pairs() -> None:
    bins = (Bin(0.0, 0.5, 30, 0.4, 0.1), Bin(0.5, 1.0, 10, 0.9, 1.0))
    assert expected_error(bins) == pytest.approx((30 * 0.3 + 10 * 0.1) / 40)


def test_precision_counts_what_stands_at_the_threshold() -> None:
    assert precision_from([(3.0, True), (2.9, False), (9.0, False)], 3.0) == (0.5, 2)
    assert precision_from([(1.0, False)], 3.0) == (1.0, 0)


@pytest.mark.parametrize("kind", list(LinkKind))
def test_the_shipped_probabilities_never_fall_where_bits_rise(kind: LinkKind) -> None:
    limits = MODEL.of(kind)
    told = [limits.probability(bits / 4) for bits in range(-120, 240)]
    assert told == sorted(told)
    assert all(0.0 < p < 1.0 for p in told)
    assert limits.curve
    assert limits.lower < limits.upper


@pytest.mark.parametrize("kind", list(LinkKind))
def test_at_the_upper_threshold_the_machine_is_nearly_sure(kind: LinkKind) -> None:
    assert MODEL.of(kind).probability(MODEL.of(kind).upper) > 0.9


def test_the_policy_is_dated_and_says_what_it_asks() -> None:
    assert MODEL.policy.id
    assert MODEL.policy.valid_from == "2026-12-01"
    assert math.isclose(MODEL.policy.precision, 0.998)


def test_two_victims_are_victims_and_every_other_pair_a_suspect() -> None:
    assert MODEL.between("victim", "victim") is MODEL.victim
    assert MODEL.between("victim", "suspect") is MODEL.suspect
    assert MODEL.between("suspect", "suspect") is MODEL.suspect


def test_a_reliability_diagram_is_well_formed_and_says_its_points() -> None:
    proof = Proof(0.99, 40, 5, 0.01, (Bin(0.0, 0.5, 5, 0.25, 0.2), Bin(0.9, 1.0, 40, 0.96, 0.98)))
    for kind in LinkKind:
        drawn = ElementTree.fromstring(diagram(kind, proof))
        marks = drawn.findall("{http://www.w3.org/2000/svg}circle")
        assert len(marks) == 2
        told = drawn.find("{http://www.w3.org/2000/svg}desc")
        assert told is not None
        assert "0.960: 0.980 (40)" in str(told.text)
