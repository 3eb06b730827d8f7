"""What is compared, and into which named levels each comparison falls.

Every level is declared once, as the condition in SQL (DuckDB, columns of ``batch_table.feature_table``)
and as the same condition in Python; a test holds the two together on random pairs, and both to Splink.
Levels are tried in order, the first that holds is the pair's; the last is "else". A null level is no
evidence.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance.DamerauLevenshtein import distance as edits
from rapidfuzz.distance.JaroWinkler import similarity as jaro_winkler

from app.reconciliation.features import MentionFeatures as M

NEAR = 0.9199  # just under .92, so that no pair sits on the edge in one engine and not in the other
EXACT_AGE_DAYS = 900  # an interval from one stated age, and a little
YEAR_DAYS = 400


@dataclass(frozen=True, slots=True)
class Level:
    name: str
    sql: str
    test: Callable[[M, M], bool]
    null: bool = False
    term: str | None = None  # column whose frequency adjusts the weight


@dataclass(frozen=True, slots=True)
class Comparison:
    name: str
    levels: tuple[Level, ...]


def one_edit_sql(left: str, right: str) -> str:
    """Of two texts. One edit changes the length by one at most and leaves the first or the last letter of all
    but the shortest: asked first, that spares nearly every distance, which is what costs in a pair."""
    return (
        f"CASE WHEN abs(length({left}) - length({right})) <= 1 AND (length({left}) <= 2 "
        f"OR left({left}, 1) = left({right}, 1) OR right({left}, 1) = right({right}, 1)) "
        f"THEN damerau_levenshtein({left}, {right}) = 1 ELSE false END"
    )


def level_of(comparison: Comparison, a: M, b: M) -> str:
    return next(level.name for level in comparison.levels if level.test(a, b))


def _always(_a: M, _b: M) -> bool:
    return True


def _else(name: str) -> Level:
    return Level(name, "ELSE", _always)


def _null(sql: str, test: Callable[[M, M], bool]) -> Level:
    return Level("null", sql, test, null=True)


# --- document -----------------------------------------------------------------------------------

DOCUMENT = Comparison(
    "document",
    (
        _null(
            "document_l IS NULL OR document_r IS NULL OR document_type_l <> document_type_r",
            lambda a, b: a.document is None or b.document is None or a.document_type != b.document_type,
        ),
        Level("equal", "document_l = document_r", lambda a, b: a.document == b.document),
        Level(
            "one_edit",
            one_edit_sql("document_l", "document_r"),
            lambda a, b: edits(a.document or "", b.document or "", score_cutoff=1) == 1,
        ),
        _else("conflict"),
    ),
)


# --- surnames -----------------------------------------------------------------------------------


def _swapped(a: M, b: M) -> bool:
    return a.paternal == b.maternal and a.maternal == b.paternal and a.paternal != a.maternal


def _near(a: str, b: str) -> bool:
    if jaro_winkler(a, b) >= NEAR:
        return True
    return len(a) >= 5 and len(b) >= 5 and edits(a, b, score_cutoff=1) == 1


def _near_sql(column: str) -> str:
    left, right = f"{column}_l", f"{column}_r"
    return (
        f"jaro_winkler_similarity({left}, {right}) >= {NEAR} OR (length({left}) >= 5 "
        f"AND length({right}) >= 5 AND {one_edit_sql(left, right)})"
    )


_CROSSED_SQL = "paternal_l = maternal_r OR maternal_l = paternal_r"
_SWAPPED_SQL = "paternal_l = maternal_r AND maternal_l = paternal_r AND paternal_l <> maternal_l"


def _crossed(a: M, b: M) -> bool:
    return (a.paternal is not None and a.paternal == b.maternal) or (
        a.maternal is not None and a.maternal == b.paternal
    )


PATERNAL = Comparison(
    "paternal",
    (
        _null(
            "paternal_l IS NULL OR paternal_r IS NULL", lambda a, b: a.paternal is None or b.paternal is None
        ),
        Level("equal", "paternal_l = paternal_r", lambda a, b: a.paternal == b.paternal, term="paternal"),
        Level("swapped", _SWAPPED_SQL, _swapped),
        Level(
            "sound",
            "paternal_sound_l = paternal_sound_r",
            lambda a, b: a.paternal_sound == b.paternal_sound,
        ),
        Level("near", _near_sql("paternal"), lambda a, b: _near(a.paternal or "", b.paternal or "")),
        Level("crossed", _CROSSED_SQL, _crossed),
        _else("differs"),
    ),
)

# A swap is one event: it counts once, in the paternal comparison.
MATERNAL = Comparison(
    "maternal",
    (
        _null(
            f"maternal_l IS NULL OR maternal_r IS NULL OR ({_SWAPPED_SQL})",
            lambda a, b: a.maternal is None or b.maternal is None or _swapped(a, b),
        ),
        Level("equal", "maternal_l = maternal_r", lambda a, b: a.maternal == b.maternal, term="maternal"),
        Level(
            "sound",
            "maternal_sound_l = maternal_sound_r",
            lambda a, b: a.maternal_sound == b.maternal_sound,
        ),
        Level("near", _near_sql("maternal"), lambda a, b: _near(a.maternal or "", b.maternal or "")),
        Level("crossed", _CROSSED_SQL, _crossed),
        _else("differs"),
    ),
)


# --- given names --------------------------------------------------------------------------------


def _second_conflicts(a: M, b: M) -> bool:
    if len(a.given) < 2 or len(b.given) < 2 or a.given[0] != b.given[0]:
        return False
    return a.given[1][0] != b.given[1][0]


def _shared(a: M, b: M) -> bool:
    return (len(b.given) > 1 and a.given[0] == b.given[1]) or (len(a.given) > 1 and a.given[1] == b.given[0])


def _given_sound(a: M, b: M) -> bool:
    return a.given_sound == b.given_sound or jaro_winkler(a.given[0], b.given[0]) >= NEAR


def _short(a: M, b: M) -> bool:
    """One is a short form, a prefix or the initial letter of the other."""
    first_a, first_b = a.given[0], b.given[0]
    if first_a.startswith(first_b) or first_b.startswith(first_a):
        return True
    if len(b.given) > 1 and b.given[1].startswith(first_a):
        return True
    if len(a.given) > 1 and a.given[1].startswith(first_b):
        return True
    return not set(a.stems).isdisjoint(b.stems)


GIVEN = Comparison(
    "given",
    (
        _null("given_l IS NULL OR given_r IS NULL", lambda a, b: not a.given or not b.given),
        Level("equal", "given_l = given_r", lambda a, b: a.given == b.given, term="given"),
        Level(
            "second_conflicts",
            "first_l = first_r AND left(second_l, 1) <> left(second_r, 1)",
            _second_conflicts,
            term="first",
        ),
        Level("first", "first_l = first_r", lambda a, b: a.given[0] == b.given[0], term="first"),
        Level("shared", "first_l = second_r OR second_l = first_r", _shared),
        Level(
            "sound",
            f"given_sound_l = given_sound_r OR jaro_winkler_similarity(first_l, first_r) >= {NEAR}",
            _given_sound,
        ),
        Level(
            "short",
            "starts_with(first_l, first_r) OR starts_with(first_r, first_l) "
            "OR starts_with(second_r, first_l) OR starts_with(second_l, first_r) "
            "OR list_has_any(stems_l, stems_r)",
            _short,
        ),
        _else("differs"),
    ),
)


# --- initials -----------------------------------------------------------------------------------


def _no_initials(a: M, b: M) -> bool:
    return not (a.initials_only or b.initials_only) or a.head is None or b.head is None


def _initials_partial(a: M, b: M) -> bool:
    if not a.initials or not b.initials:
        return False
    left, right = a.initials[0], b.initials[0]
    if min(len(left), len(right)) < 2:
        return False
    return left.startswith(right) or right.startswith(left) or edits(left, right, score_cutoff=1) == 1


INITIALS = Comparison(
    "initials",
    (
        _null(
            "NOT (initials_only_l OR initials_only_r) OR head_l IS NULL OR head_r IS NULL",
            _no_initials,
        ),
        Level(
            "equal",
            "list_has_any(initials_l, initials_r)",
            lambda a, b: not set(a.initials).isdisjoint(b.initials),
        ),
        Level(
            "partial",
            "array_length(initials_l) > 0 AND array_length(initials_r) > 0 AND length(initials_l[1]) >= 2 "
            "AND length(initials_r[1]) >= 2 AND (starts_with(initials_l[1], initials_r[1]) "
            "OR starts_with(initials_r[1], initials_l[1]) "
            f"OR {one_edit_sql('initials_l[1]', 'initials_r[1]')})",
            _initials_partial,
        ),
        Level(
            "head",
            "(array_length(initials_l) = 0 OR array_length(initials_r) = 0) AND head_l = head_r",
            lambda a, b: (not a.initials or not b.initials) and a.head == b.head,
        ),
        _else("differs"),
    ),
)


# --- birth --------------------------------------------------------------------------------------


def _birth_typo(a: M, b: M) -> bool:
    if a.birth is None or b.birth is None:
        return False
    if a.birth[:4] == b.birth[:4] and a.birth[5:7] == b.birth[8:] and a.birth[8:] == b.birth[5:7]:
        return True
    return edits(a.birth, b.birth, score_cutoff=1) == 1


def birth_gap(a: M, b: M) -> int:
    """Days between the two intervals; 0 or less where they overlap."""
    assert a.birth_lo is not None and b.birth_lo is not None  # noqa: PT018  the null level came first
    assert a.birth_hi is not None and b.birth_hi is not None  # noqa: PT018
    return max(a.birth_lo - b.birth_hi, b.birth_lo - a.birth_hi)


def _narrow(a: M) -> bool:
    assert a.birth_lo is not None and a.birth_hi is not None  # noqa: PT018
    return a.birth_hi - a.birth_lo <= EXACT_AGE_DAYS


_GAP_SQL = "greatest(birth_lo_l - birth_hi_r, birth_lo_r - birth_hi_l)"
_NARROW_SQL = f"birth_hi_l - birth_lo_l <= {EXACT_AGE_DAYS} AND birth_hi_r - birth_lo_r <= {EXACT_AGE_DAYS}"
_BOTH_SQL = "birth_l IS NOT NULL AND birth_r IS NOT NULL"

BIRTH = Comparison(
    "birth",
    (
        _null(
            "birth_lo_l IS NULL OR birth_lo_r IS NULL",
            lambda a, b: a.birth_lo is None or b.birth_lo is None,
        ),
        Level("equal", "birth_l = birth_r", lambda a, b: a.birth is not None and a.birth == b.birth),
        Level(
            "typo",
            f"{_BOTH_SQL} AND ((substr(birth_l, 1, 4) = substr(birth_r, 1, 4) "
            f"AND substr(birth_l, 6, 2) = substr(birth_r, 9, 2) "
            f"AND substr(birth_l, 9, 2) = substr(birth_r, 6, 2)) OR {one_edit_sql('birth_l', 'birth_r')})",
            _birth_typo,
        ),
        Level(
            "dates_near",
            f"{_BOTH_SQL} AND {_GAP_SQL} <= {YEAR_DAYS}",
            lambda a, b: a.birth is not None and b.birth is not None and birth_gap(a, b) <= YEAR_DAYS,
        ),
        Level("dates_differ", _BOTH_SQL, lambda a, b: a.birth is not None and b.birth is not None),
        Level(
            "age_agrees",
            f"{_GAP_SQL} <= 0 AND {_NARROW_SQL}",
            lambda a, b: birth_gap(a, b) <= 0 and _narrow(a) and _narrow(b),
        ),
        Level("age_possible", f"{_GAP_SQL} <= 0", lambda a, b: birth_gap(a, b) <= 0),
        Level("age_near", f"{_GAP_SQL} <= {YEAR_DAYS}", lambda a, b: birth_gap(a, b) <= YEAR_DAYS),
        _else("age_differs"),
    ),
)


# --- the rest -----------------------------------------------------------------------------------

SEX = Comparison(
    "sex",
    (
        _null("sex_l IS NULL OR sex_r IS NULL", lambda a, b: a.sex is None or b.sex is None),
        Level("equal", "sex_l = sex_r", lambda a, b: a.sex == b.sex),
        _else("differs"),
    ),
)

NATIONALITY = Comparison(
    "nationality",
    (
        _null(
            "nationality_l IS NULL OR nationality_r IS NULL",
            lambda a, b: a.nationality is None or b.nationality is None,
        ),
        Level(
            "foreign",
            "nationality_l = nationality_r AND nationality_l <> 'PER'",
            lambda a, b: a.nationality == b.nationality and a.nationality != "PER",
        ),
        Level("equal", "nationality_l = nationality_r", lambda a, b: a.nationality == b.nationality),
        _else("differs"),
    ),
)

ALIAS = Comparison(
    "alias",
    (
        _null("alias_l IS NULL OR alias_r IS NULL", lambda a, b: a.alias is None or b.alias is None),
        Level("equal", "alias_l = alias_r", lambda a, b: a.alias == b.alias),
        _else("differs"),
    ),
)

ROLE = Comparison(
    "role",
    (
        Level("equal", "role_l = role_r", lambda a, b: a.role == b.role),
        _else("differs"),
    ),
)

COMPARISONS = (DOCUMENT, PATERNAL, MATERNAL, GIVEN, INITIALS, BIRTH, SEX, NATIONALITY, ALIAS, ROLE)
