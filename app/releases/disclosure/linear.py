"""Linear programs over one polytope, thousands of them: HiGHS with its model and last basis kept."""

from collections.abc import Iterable

import highspy
import numpy as np
from scipy import sparse

# One question's basis fits the next, which asks for another cell: the primal simplex goes on from there.
_PRIMAL = 4
_OPTIONS = {"output_flag": False, "threads": 1, "presolve": "off", "simplex_strategy": _PRIMAL}


class NoAnswer(Exception):
    """A linear program ended without an answer."""


class Polytope:
    """``rows @ x == right``, and ``x`` between a floor that each question states and one ceiling. Rows that
    are ``free`` may be anything."""

    def __init__(
        self, rows: sparse.csr_matrix, right: np.ndarray, ceiling: float, free: Iterable[int] = ()
    ) -> None:
        self._ceiling = np.full(rows.shape[1], ceiling)
        self._objective, self._floor = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
        self._highs = highspy.Highs()
        for option, value in _OPTIONS.items():
            self._highs.setOptionValue(option, value)
        self._highs.passModel(_model(rows, right, self._ceiling))
        self.free(free)

    def free(self, rows: Iterable[int]) -> None:
        """What is known of these rows is known no more."""
        for row in rows:
            self._highs.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)

    def least(self, objective: np.ndarray, floor: np.ndarray) -> np.ndarray:
        """A point where ``objective @ x`` is least. Raises ``NoAnswer``."""
        other = np.flatnonzero(objective != self._objective).astype(np.int32)
        self._highs.changeColsCost(other.size, other, objective[other])
        other = np.flatnonzero(floor != self._floor).astype(np.int32)
        self._highs.changeColsBounds(other.size, other, floor[other], self._ceiling[other])
        self._objective, self._floor = objective.copy(), floor.copy()
        for _ in range(2):
            self._highs.run()
            if self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                return np.asarray(self._highs.getSolution().col_value)
            self._highs.clearSolver()  # once more, from the beginning
        raise NoAnswer(self._highs.modelStatusToString(self._highs.getModelStatus()))


def _model(equal: sparse.csr_matrix, right: np.ndarray, ceiling: np.ndarray) -> highspy.HighsLp:
    model = highspy.HighsLp()
    rows, columns = equal.shape
    model.num_row_, model.num_col_ = rows, columns
    model.col_cost_, model.col_lower_, model.col_upper_ = np.zeros(columns), np.zeros(columns), ceiling
    model.row_lower_, model.row_upper_ = right, right
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.num_row_, model.a_matrix_.num_col_ = rows, columns
    model.a_matrix_.start_, model.a_matrix_.index_ = equal.indptr, equal.indices
    model.a_matrix_.value_ = equal.data
    return model
