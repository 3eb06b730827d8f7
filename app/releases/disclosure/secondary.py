"""Secondary suppression: the cheapest further cells without which the sensitive ones can be worked out.

Least sum of weights (``log(2 + count)``: large counts are worth more), such that for every sensitive cell two
sets of counts exist, equal in all published cells, between which it differs by the required width (after
Fischetti and Salazar 2001). An integer program where it fits; elsewhere one linear program per cell, in a
fixed order, of which every published cell that moves is suppressed (after Kelly, Golden and Assad 1992).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, sparse

from app.releases.disclosure.system import System

VARIABLES = 8_000
SECONDS = 10.0
MOVES = 1e-6


@dataclass(frozen=True)
class Choice:
    """Rows of the suppressed cells. ``gap``: proven relative distance from the cheapest; None: not proven."""

    rows: frozenset[int]
    gap: float | None


def fits(system: System, sensitive: frozenset[int]) -> bool:
    """Whether the integer program is small enough to be tried."""
    return 2 * len(sensitive) * system.width <= VARIABLES


def cheapest(system: System, sensitive: frozenset[int], fixed: frozenset[int], width: int) -> Choice | None:
    """The integer program; None if it found nothing in time. ``fixed`` rows cannot be suppressed."""
    cells, atoms = len(system.order), system.width
    copies = 2 * len(sensitive)
    reach = max(4.0 * width, 20.0)  # how far a suppressed cell may move
    moving = sparse.kron(sparse.eye(copies), system.cells, format="csr")
    may = sparse.vstack([sparse.eye(cells, format="csr") * reach] * copies, format="csr")
    values = np.tile(system.values, copies)
    zero = sparse.csr_matrix((copies * system.links.shape[0], cells))
    links = sparse.hstack([zero, sparse.kron(sparse.eye(copies), system.links, format="csr")])
    conditions = [
        optimize.LinearConstraint(sparse.hstack([-may, moving], format="csr"), -np.inf, values),
        optimize.LinearConstraint(sparse.hstack([may, moving], format="csr"), values, np.inf),
        optimize.LinearConstraint(_spread(system, sensitive), width, np.inf),
    ]
    if links.shape[0]:
        conditions.append(optimize.LinearConstraint(links, 0, 0))
    hidden = np.array([1.0 if row in sensitive else 0.0 for row in range(cells)])
    allowed = np.array([0.0 if row in fixed else 1.0 for row in range(cells)])
    answer = optimize.milp(
        np.concatenate([weights(system), np.zeros(copies * atoms)]),
        integrality=np.concatenate([np.ones(cells), np.zeros(copies * atoms)]),
        bounds=optimize.Bounds(
            np.concatenate([np.minimum(hidden, allowed), np.tile(system.floor, copies)]),
            np.concatenate([allowed, np.full(copies * atoms, np.inf)]),
        ),
        constraints=conditions,
        options={"time_limit": SECONDS},
    )
    if answer.x is None:
        return None
    return Choice(frozenset(np.flatnonzero(answer.x[:cells] > 0.5).tolist()), float(answer.mip_gap))


def _spread(system: System, sensitive: frozenset[int]) -> Any:
    """One row per sensitive cell: its value in its upper copy of the atoms minus that in its lower."""
    blocks = []
    rows = sorted(sensitive)
    for place, row in enumerate(rows):
        blank = sparse.csr_matrix((1, system.width))
        copies = [blank] * (2 * len(rows))
        copies[2 * place], copies[2 * place + 1] = system.cells[[row]], -system.cells[[row]]
        blocks.append(sparse.hstack([sparse.csr_matrix((1, len(system.order))), *copies], format="csr"))
    return sparse.vstack(blocks, format="csr")


def weights(system: System) -> np.ndarray:
    """The cost of suppressing each cell."""
    return np.asarray(np.log(2.0 + system.values))


@dataclass(frozen=True)
class Demand:
    """Cell ``row`` shall be uncertain by ``width`` for who knows that atoms are at least ``floor``."""

    row: int
    width: int
    floor: np.ndarray


def widen(
    system: System, hidden: frozenset[int], fixed: frozenset[int], demand: Demand
) -> frozenset[int] | None:
    """Rows to suppress besides ``hidden`` so that ``demand`` is met; None if no suppression meets it."""
    cells, atoms = len(system.order), system.width
    eye, none = sparse.eye(cells, format="csr"), sparse.csr_matrix((cells, atoms))
    target = system.cells[[demand.row]]
    below = sparse.bmat(
        [
            [system.cells, none, -eye],
            [-system.cells, none, -eye],
            [none, system.cells, -eye],
            [none, -system.cells, -eye],
            [-target, target, None],
        ],
        format="csr",
    )
    right = np.concatenate([np.tile(np.concatenate([system.values, -system.values]), 2), [-demand.width]])
    links = sparse.block_diag([system.links, system.links, sparse.csr_matrix((0, cells))], format="csr")
    cost = weights(system)
    cost[sorted(hidden)] = 0.0
    move = [(0.0, 0.0 if row in fixed else None) for row in range(cells)]
    answer = optimize.linprog(
        np.concatenate([np.zeros(2 * atoms), cost]),
        A_ub=below,
        b_ub=right,
        A_eq=links if links.shape[0] else None,
        b_eq=np.zeros(links.shape[0]) if links.shape[0] else None,
        bounds=[(low, None) for low in np.tile(demand.floor, 2).tolist()] + move,
        method="highs",
    )
    if answer.status != 0:
        return None
    return frozenset(np.flatnonzero(answer.x[2 * atoms :] > MOVES).tolist()) - hidden
