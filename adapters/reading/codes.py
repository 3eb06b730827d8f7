"""Code lists: every word is mapped or raised; there is no default.

The tables here belong to several feeds (RETA, SISTRA and Línea 1818 share their words).
Source: the feed contracts, version 1, ``reta-pnp`` and ``sistra``.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

from adapters.reading.folding import fold_code
from adapters.reading.notes import Cell
from schemas.translation import IssueCode
from schemas.vocabulary import ExploitationPlace, Purpose, Recruitment, Relation, Sex

T = TypeVar("T")


class CodeTable(Generic[T]):
    """A closed list: the feed's words, compared without accents, case, underscores or a lost Ñ."""

    def __init__(self, words: Mapping[str, T]) -> None:
        self._values = {fold_code(word): value for word, value in words.items()}

    def get(self, text: str) -> T | None:
        return self._values.get(fold_code(text))

    @property
    def words(self) -> tuple[str, ...]:
        """The words in the form in which they compare."""
        return tuple(self._values)


def read_code(cell: Cell, table: CodeTable[T]) -> T | None:
    """The code's value; None where unknown, with a warning where the word is on no list."""
    value = table.get(cell.text)
    if value is None and cell.known is not None:
        cell.warn(IssueCode.VALUE_UNKNOWN)
    return value


def read_codes(cell: Cell, table: CodeTable[T]) -> tuple[T, ...]:
    """Several codes separated by ``/``, each once, in the order given."""
    if cell.known is None:
        return ()
    found: dict[T, None] = {}
    for part in cell.text.split("/"):
        value = read_code(Cell(part.strip(), cell.field, cell.notes, cell.personal), table)
        if value is not None:
            found[value] = None
    return tuple(found)


PURPOSES = CodeTable(
    {
        "EXPLOTACION SEXUAL": Purpose.SEXUAL_EXPLOITATION,
        "EXPLOTACION LABORAL": Purpose.LABOUR_EXPLOITATION,
        "TRABAJO FORZOSO": Purpose.FORCED_LABOUR,
        "SERVIDUMBRE": Purpose.SERVITUDE,
        "ESCLAVITUD": Purpose.SLAVERY,
        "MENDICIDAD": Purpose.BEGGING,
        "VENTA DE NIÑOS": Purpose.SALE_OF_CHILDREN,
        "EXTRACCION DE ORGANOS": Purpose.ORGAN_REMOVAL,
        "EXPLOTACION DOMESTICA": Purpose.DOMESTIC_EXPLOITATION,
        "MIXTA": Purpose.MIXED,
        "EN INVESTIGACION": Purpose.UNDER_INVESTIGATION,
    }
)

RECRUITMENTS = CodeTable(
    {
        "OFERTA LABORAL": Recruitment.JOB_OFFER,
        "ENGAÑO": Recruitment.DECEPTION,
        "SEDUCCION": Recruitment.SEDUCTION,
        "REDES SOCIALES": Recruitment.SOCIAL_MEDIA,
        "AMENAZA": Recruitment.THREAT,
        "VIOLENCIA": Recruitment.VIOLENCE,
        "RAPTO": Recruitment.ABDUCTION,
        "ABUSO DE PODER": Recruitment.ABUSE_OF_POWER,
        "PAGO O BENEFICIO": Recruitment.PAYMENT_OR_BENEFIT,
        "OTRO": Recruitment.OTHER,
    }
)

EXPLOITATION_PLACES = CodeTable(
    {
        "NIGHT CLUB": ExploitationPlace.NIGHT_CLUB,
        "BAR": ExploitationPlace.BAR,
        "PROSTIBULO": ExploitationPlace.BROTHEL,
        "CAMPAMENTO MINERO": ExploitationPlace.MINING_CAMP,
        "CAMPAMENTO MADERERO": ExploitationPlace.LOGGING_CAMP,
        "FABRICA": ExploitationPlace.FACTORY,
        "CHACRA": ExploitationPlace.FARM,
        "CASA": ExploitationPlace.HOUSE,
        "VIA PUBLICA": ExploitationPlace.PUBLIC_ROAD,
        "OTRO": ExploitationPlace.OTHER,
    }
)

RELATIONS = CodeTable(
    {
        "DESCONOCIDO": Relation.STRANGER,  # here the word is a code, not "unknown"
        "CONOCIDO": Relation.ACQUAINTANCE,
        "FAMILIAR": Relation.RELATIVE,
        "PAREJA": Relation.PARTNER,
        "AMIGO": Relation.FRIEND,
        "EMPLEADOR": Relation.EMPLOYER,
        "VECINO": Relation.NEIGHBOUR,
    }
)

SEXES = CodeTable(
    {
        "F": Sex.FEMALE,
        "FEMENINO": Sex.FEMALE,
        "MUJER": Sex.FEMALE,
        "M": Sex.MALE,
        "MASCULINO": Sex.MALE,
        "HOMBRE": Sex.MALE,
        "VARON": Sex.MALE,
    }
)

YES_NO = CodeTable({"SI": True, "NO": False})


def read_sex(cell: Cell) -> Sex | None:
    return read_code(cell, SEXES)
