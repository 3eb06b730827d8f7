"""Of which pairs of mentions the rules of ``resolve.person_weight`` are certain by columns alone. As SQL.

A pair is free where certainly no veto holds and, where its weight could link, no cap; it is capped where
certainly no veto and some cap does. Of all others the rules themselves are asked, one by one. Conditions may
leave out, never take in: a test holds whoever is free or capped against ``person_weight``.
"""

from typing import Final

from app.reconciliation.batch_table import COLUMNS, level_sql
from app.reconciliation.comparisons import BIRTH, DOCUMENT, GIVEN, INITIALS, MATERNAL, PATERNAL
from app.reconciliation.kin import BIRTHS_APART
from app.reconciliation.resolve import BIRTHS_AGREE, HOME, RARE
from app.reconciliation.scoring import Model

ASK: Final = 0
FREE: Final = 1
CAPPED: Final = 2

_COMPARED: Final = (DOCUMENT, PATERNAL, MATERNAL, GIVEN, INITIALS, BIRTH)
_BITS: Final = ("paternal_bits", "maternal_bits", "given_bits")


def _any_of(levels: frozenset[str]) -> str:
    return "birth IN (" + ", ".join(f"'{level}'" for level in sorted(levels)) + ")"


_APART: Final = _any_of(BIRTHS_APART)
_AGREE: Final = _any_of(BIRTHS_AGREE)
_BOTH_GIVEN: Final = "(given_l IS NOT NULL AND given_r IS NOT NULL)"
_ONE_SOUND: Final = "coalesce(given_sound_l = given_sound_r, false)"

_SHARED: Final = """(coalesce(paternal_sound_l = paternal_sound_r, false)
    OR coalesce(paternal_sound_l = maternal_sound_r, false)
    OR coalesce(maternal_sound_l = paternal_sound_r, false)
    OR coalesce(maternal_sound_l = maternal_sound_r, false))"""

_NO_SIBLINGS: Final = f"""(CASE WHEN {_BOTH_GIVEN} THEN given <> 'differs' OR NOT {_SHARED}
    ELSE head_l IS NULL OR head_r IS NULL OR head_l = head_r OR list_has_any(initials_l, initials_r) END)"""

_NO_STRANGERS: Final = """(NOT (initials_only_l OR initials_only_r) OR initials = 'partial'
    OR array_length(initials_l) = 0 OR array_length(initials_r) = 0
    OR list_has_any(initials_l, initials_r))"""

# As ``resolve._comparable_across`` and ``_enough_across`` have it, which need no rule.
_COMPARABLE: Final = """(CASE WHEN (document_l IS NOT NULL AND document_r IS NOT NULL)
        OR (birth_l IS NOT NULL AND birth_r IS NOT NULL) THEN nameable_l AND nameable_r
    ELSE (given_l IS NOT NULL OR paternal_l IS NOT NULL)
        AND (given_r IS NOT NULL OR paternal_r IS NOT NULL) END)"""
_ENOUGH: Final = """(document <> 'null' OR (birth_l IS NOT NULL AND birth_r IS NOT NULL)
    OR (paternal_l IS NOT NULL AND maternal_l IS NOT NULL
        AND paternal_r IS NOT NULL AND maternal_r IS NOT NULL))"""

_NO_VETO: Final = f"""(NOT one_record AND linkable AND (together OR {_COMPARABLE})
    AND document <> 'conflict' AND NOT (document = 'one_edit' AND given = 'differs')
    AND (document = 'equal' OR birth = 'equal' OR ({_NO_SIBLINGS} AND {_NO_STRANGERS})))"""

_NO_OTHER_PERSON: Final = f"""(NOT {_APART}
    AND (NOT {_BOTH_GIVEN} OR {_ONE_SOUND} OR list_has_any(stems_l, stems_r)
         OR (paternal <> 'differs' AND maternal <> 'differs')))"""

_NO_OTHER_SEX: Final = f"""(sex_l IS NULL OR sex_r IS NULL OR sex_l = sex_r OR NOT {_BOTH_GIVEN}
    OR {_ONE_SOUND})"""

_SURNAME: Final = "(paternal_{0} IS NOT NULL OR maternal_{0} IS NOT NULL)"
_SOMETHING_IN_COMMON: Final = f"""(birth = 'equal' OR {_SHARED} OR given NOT IN ('null', 'differs')
    OR initials NOT IN ('null', 'differs') OR paternal NOT IN ('null', 'differs')
    OR maternal NOT IN ('null', 'differs')
    OR NOT ({_BOTH_GIVEN} OR initials = 'differs' OR ({_SURNAME.format("l")} AND {_SURNAME.format("r")})))"""

# As ``resolve._cap_of_keys`` has it, but for what binds two records.
_SAYS: Final = f"(given_{{0}} IS NOT NULL OR {_SURNAME} OR array_length(initials_{{0}}) > 0)"
_NOT_BY_KEYS: Final = (
    f"(birth = 'equal' OR document = 'one_edit' OR ({_SAYS.format('l')} AND {_SAYS.format('r')}))"
)
_KEYS_APART: Final = f"""(birth = 'age_near' OR coalesce(sex_l <> sex_r, false)
    OR (most > 1 AND NOT {_SAYS.format("l")} AND NOT {_SAYS.format("r")}))"""
_NO_KEYS: Final = f"({_NOT_BY_KEYS} OR (birth <> 'null' AND NOT {_KEYS_APART}))"

# One of several given names in common is enough beside a date of birth; else one side has to have it alone.
_ONE_GIVEN: Final = f"(given IN ('first', 'shared', 'short') OR {_ONE_SOUND})"
_NO_OTHER_GIVEN: Final = f"""(given IN ('null', 'equal')
    OR ((second_l IS NULL OR second_r IS NULL) AND {_ONE_GIVEN})
    OR (birth = 'equal' AND document <> 'one_edit' AND (given = 'second_conflicts' OR {_ONE_GIVEN})))"""

_COUSINS: Final = "(maternal = 'differs' AND birth <> 'equal' AND document <> 'one_edit')"

# As ``resolve._cap_across`` has it.
_TOLD: Final = "(birth IN ('equal', 'typo') OR document IN ('equal', 'one_edit'))"
_MOVED: Final = "(paternal IN ('swapped', 'crossed') OR maternal = 'crossed')"
_FOREIGN: Final = (
    f"(coalesce(nationality_l <> '{HOME}', false) OR coalesce(nationality_r <> '{HOME}', false))"
)
_FAR: Final = f"""({_AGREE} AND (given_l = given_r OR (given_l IS NULL AND given_r IS NULL))
    AND NOT one_day AND name_l >= {RARE!r} AND name_r >= {RARE!r})"""
_SPEAKS: Final = f"CASE WHEN {_FOREIGN} THEN near AND {_AGREE} ELSE near OR coalesce({_FAR}, false) END"
_ACROSS: Final = f"({_TOLD} OR (NOT {_MOVED} AND {_SPEAKS}))"

_NO_CAP: Final = f"""(CASE WHEN NOT together AND NOT {_ENOUGH} THEN false
    WHEN document = 'equal' THEN {_NO_OTHER_PERSON}
    ELSE {_NO_SIBLINGS} AND {_NO_OTHER_SEX} AND NOT {_APART} AND {_SOMETHING_IN_COMMON} AND {_NO_KEYS}
        AND {_NO_OTHER_GIVEN} AND NOT {_COUSINS} AND (together OR {_ACROSS}) END)"""

_CAP: Final = f"""(document <> 'equal'
    AND ({_APART} OR {_COUSINS} OR ({_KEYS_APART} AND NOT {_NOT_BY_KEYS})
         OR (NOT together AND NOT ({_ENOUGH} AND {_ACROSS}))))"""


def gate_sql(model: Model, pairs: str) -> str:
    """SELECT of ``i``, ``said`` (ASK, FREE, CAPPED) and ``fit`` of the rows of ``pairs``: i, a, b (mentions),
    together (of one case), strong (so heavy that caps matter).

    Of any number of people of whom each two are fit, strong, and under no cap, no two sides are ``unfit``:
    they bear one document of a type at most, and what caps do not forbid parts nobody. Who bears one document
    has to be free by these columns, for its own cap forgives a birth that parts a third.
    """
    names = [*(name for name, _, _ in COLUMNS), *_BITS]
    sides = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in names)
    levels = ", ".join(f"{level_sql(comparison)} AS {comparison.name}" for comparison in _COMPARED)
    return f"""
SELECT i, CASE WHEN {_NO_VETO} THEN
    CASE WHEN NOT strong OR {_NO_CAP} THEN {FREE} WHEN {_CAP} THEN {CAPPED} ELSE {ASK} END
    ELSE {ASK} END AS said, document <> 'one_edit' AS fit
FROM (SELECT *, {levels}, {_name_sql(model, "l")} AS name_l, {_name_sql(model, "r")} AS name_r FROM (
    SELECT g.i, g.together, g.strong, p.r = q.r AS one_record, p.linkable AND q.linkable AS linkable,
           greatest(p.of_role, q.of_role) AS most, p.nameable AS nameable_l, q.nameable AS nameable_r,
           coalesce(x.facts = y.facts, false) AS one_day, list_has_any(x.places, y.places) AS near, {sides}
    FROM {pairs} g JOIN features l ON l.id = g.a JOIN features r ON r.id = g.b
    JOIN mention p ON p.m = g.a JOIN mention q ON q.m = g.b
    JOIN report x ON x.r = p.r JOIN report y ON y.r = q.r) wide) levelled
"""  # noqa: S608  constants and the model's bits


def _name_sql(model: Model, side: str) -> str:
    """As ``Model.name_bits``."""
    unknown = model.surname_bits("")
    surnames = " + ".join(
        f"CASE WHEN {part}_{side} IS NULL THEN CAST({unknown!r} AS DOUBLE) ELSE {part}_bits_{side} END"
        for part in ("paternal", "maternal")
    )
    return f"{surnames} + given_bits_{side}"
