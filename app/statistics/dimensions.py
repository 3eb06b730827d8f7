"""By what figures can be told, with every code. Pure.

Places are told by the case, so a person of two cases may stand in two departments.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final
from unicodedata import normalize

from adapters.reference import fiscal_districts, judicial_districts
from schemas.indicators import Dimension, Words
from schemas.registry import AgeGroup
from schemas.vocabulary import (
    CallCategory,
    ExploitationPlace,
    Feed,
    MeasureType,
    OffenceFamily,
    Purpose,
    Recruitment,
    Relation,
    RulingType,
    ServiceType,
    Sex,
    Stage,
)

UNKNOWN: Final = "unknown"
LIMA_METROPOLITAN: Final = "15-metropolitana"  # the province 1501
LIMA_PROVINCES: Final = "15-provincias"  # every other province of department 15
LIMA_UNTOLD: Final = "15-sin-provincia"  # department 15, province unknown
DEPARTMENTS: Final = (
    *(f"{code:02}" for code in range(1, 15)),
    LIMA_METROPOLITAN,
    LIMA_PROVINCES,
    LIMA_UNTOLD,
    *(f"{code:02}" for code in range(16, 26)),
)
"""UBIGEO departments of INEI (07 is Callao) with Lima as its two regions."""


def _slug(name: str) -> str:
    """Of the name of a fiscal district, whose list has no codes: ``lima-centro``."""
    plain = normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    return plain.replace(" ", "-")


OFFICES: Final[Mapping[str, tuple[Feed, Mapping[str, str]]]] = {
    "fiscal_district": (Feed.SISTRA, {name: _slug(name) for name in fiscal_districts()}),
    "judicial_district": (Feed.PODER_JUDICIAL, {name: code for code, name in judicial_districts().items()}),
}
"""Districts of offices: whose records state them, and the codes by the names in which records do."""


class Told(StrEnum):
    """What a value of a dimension belongs to."""

    EVENT = "event"  # what is counted has one, whatever is counted
    CASE = "case"  # one for each case: a person of two cases may have two
    PERSON = "person"  # one for each person


@dataclass(frozen=True, slots=True)
class Definition:
    dimension: Dimension
    told: Told
    many: bool = False  # one case or person may have several at once


def _define(
    id_: str, es: str, en: str, codes: Iterable[str], told: Told, *, many: bool = False
) -> Definition:
    held = (*codes, UNKNOWN)
    return Definition(
        Dimension(id=id_, name=Words(es=es, en=en), codes=held, standard=None, unknown=UNKNOWN), told, many
    )


def _office(id_: str, es: str, en: str, definition: Words) -> Definition:
    """A district of the offices that act in a case."""
    codes = OFFICES[id_][1]
    return Definition(
        Dimension(
            id=id_,
            name=Words(es=es, en=en),
            codes=(*codes.values(), UNKNOWN),
            standard=None,
            unknown=UNKNOWN,
            names={code: name for name, code in codes.items()},
            definition=definition,
        ),
        Told.CASE,
        many=True,
    )


_PERIOD = Definition(
    Dimension(
        id="period",
        name=Words(es="Periodo", en="Period"),
        codes=(),
        standard="2026 | 2026-S1..S2 | 2026-Q1..Q4 | 2026-B1..B6 (bimestre)",
        unknown="undated",
    ),
    Told.EVENT,
)
_NATIONALITY = Definition(
    Dimension(
        id="nationality",
        name=Words(es="Nacionalidad", en="Nationality"),
        codes=(),
        standard="ISO 3166-1 alpha-3",
        unknown=UNKNOWN,
    ),
    Told.PERSON,
)
_FEEDS = Definition(
    Dimension(
        id="feeds",
        name=Words(
            es="Fuentes que lo registran: linea-1818, reta-pnp, sistra, poder-judicial",
            en="Feeds that know of it: linea-1818, reta-pnp, sistra, poder-judicial",
        ),
        codes=tuple("".join(bits) for bits in product("01", repeat=len(Feed)))[1:],
        standard=None,
        unknown=None,
    ),
    Told.EVENT,
)
_DERIVATION = Definition(
    Dimension(
        id="derivation",
        name=Words(es="Derivación de la llamada", en="Derivation of the call"),
        codes=("derived_within_3_hours", "derived_late", "derived_unmeasured", "not_derived"),
        standard=None,
        unknown="derived_unmeasured",
    ),
    Told.EVENT,
)

DEFINITIONS: Final = (
    _PERIOD,
    _FEEDS,
    _NATIONALITY,
    Definition(
        Dimension(
            id="feed",
            name=Words(es="Fuente", en="Feed"),
            codes=tuple(Feed),
            standard=None,
            unknown=None,
        ),
        Told.EVENT,
    ),
    Definition(
        Dimension(
            id="offence_family",
            name=Words(es="Familia de delito", en="Offence family"),
            codes=tuple(OffenceFamily),
            standard=None,
            unknown=None,
        ),
        Told.CASE,
    ),
    _define("department", "Departamento", "Department", DEPARTMENTS, Told.CASE),
    _office(
        "fiscal_district",
        "Distrito fiscal",
        "Fiscal district",
        Words(
            es="El de las fiscalías cuyas carpetas tiene el caso, como SISTRA lo dice; varios, si son de "
            "varios. Una carpeta tiene el suyo. Sin carpeta que lo diga: unknown. El lugar de los hechos "
            "no lo decide: la lista del Ministerio Público dice sedes, no territorios.",
            en="That of the prosecution's offices whose files the case has, as SISTRA states it; several, "
            "if they are of several. A prosecution file has its own. Without a file that states it: "
            "unknown. The place of the facts does not decide it: the list of the Ministerio Público "
            "tells seats, not territories.",
        ),
    ),
    _office(
        "judicial_district",
        "Distrito judicial",
        "Judicial district",
        Words(
            es="El de los juzgados cuyos expedientes tiene el caso: por su nombre, si no, por el código en "
            "el número del expediente; varios, si son de varios. Un expediente tiene el suyo; un "
            "sentenciado o absuelto, el del expediente que lo dice. Sin expediente que lo diga: unknown. "
            "El lugar de los hechos no lo decide.",
            en="That of the courts whose files the case has: by its name, else by the code in the file's "
            "number; several, if they are of several. A court file has its own; who is convicted or "
            "acquitted, that of the file that says so. Without a file that states it: unknown. The place "
            "of the facts does not decide it.",
        ),
    ),
    _define("sex", "Sexo", "Sex", Sex, Told.PERSON),
    _define(
        "age_band", "Grupo de edad a la fecha de los hechos", "Age group at the facts", AgeGroup, Told.CASE
    ),
    _define(
        "minor", "Menor de 18 a la fecha de los hechos", "Under 18 at the facts", ("yes", "no"), Told.CASE
    ),
    _define("purpose", "Finalidad", "Purpose of exploitation", Purpose, Told.CASE, many=True),
    _define("recruitment", "Captación", "Recruitment", Recruitment, Told.CASE, many=True),
    _define(
        "exploitation_place", "Lugar de explotación", "Place of exploitation", ExploitationPlace, Told.CASE
    ),
    _define("relation", "Relación con la víctima", "Relation to the victim", Relation, Told.CASE),
    _define("stage", "Estado", "Stage", Stage, Told.CASE),
    _define("outcome", "Resultado judicial", "Outcome in court", RulingType, Told.CASE, many=True),
    _define("call_category", "Categoría de la llamada", "Category of the call", CallCategory, Told.EVENT),
    _DERIVATION,
    _define("measure_type", "Medida de protección", "Protection measure", MeasureType, Told.EVENT),
    _define("service_type", "Servicio", "Service", ServiceType, Told.EVENT),
)
BY_ID: Final = {definition.dimension.id: definition for definition in DEFINITIONS}
