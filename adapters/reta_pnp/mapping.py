"""RETA-PNP's columns and its own code lists. Source: the feed contracts, version 1, ``reta-pnp``."""

from dataclasses import dataclass

from adapters.reading.codes import CodeTable
from schemas.vocabulary import Role, Stage

NUMBER = "NRO_DENUNCIA"
STAMP = "FECHA_ACTUALIZACION"
ORDER = "NRO_ORDEN"

# In the order of the contract. The columns of the denuncia repeat in each of its rows.
CASE_COLUMNS = (
    NUMBER,
    "FECHA_DENUNCIA",
    "FECHA_HECHO",
    "UNIDAD_PNP",
    "DELITO",
    "UBIGEO_HECHO",
    "DEPARTAMENTO",
    "PROVINCIA",
    "DISTRITO",
    "FINALIDAD",
    "MEDIO_CAPTACION",
    "LUGAR_EXPLOTACION",
    "NRO_LINEA_1818",
    "NRO_CARPETA_FISCAL",
    "ESTADO",
    STAMP,
)
PERSON_COLUMNS = (
    ORDER,
    "SITUACION",
    "APELLIDO_PATERNO",
    "APELLIDO_MATERNO",
    "NOMBRES",
    "ALIAS",
    "TIPO_DOC",
    "NRO_DOC",
    "SEXO",
    "FECHA_NACIMIENTO",
    "EDAD",
    "NACIONALIDAD",
    "PROCEDENCIA",
    "RELACION",
    "RESCATADA",
)
COLUMNS = CASE_COLUMNS + PERSON_COLUMNS


@dataclass(frozen=True, slots=True)
class State:
    stage: Stage | None
    annulled: bool = False


STATES = CodeTable(
    {
        "REGISTRADA": State(Stage.REGISTERED),
        "EN INVESTIGACION": State(Stage.UNDER_INVESTIGATION),
        "RESUELTA": State(Stage.RESOLVED),
        "DERIVADA MP": State(Stage.REFERRED_TO_PROSECUTION),
        "ANULADA": State(None, annulled=True),
    }
)


@dataclass(frozen=True, slots=True)
class Situation:
    role: Role
    detained: bool | None = None  # None: not said


SITUATIONS = CodeTable(
    {
        "VICTIMA": Situation(Role.VICTIM),
        "PRESUNTO AUTOR": Situation(Role.SUSPECT),
        "DETENIDO": Situation(Role.SUSPECT, detained=True),
        "DENUNCIANTE": Situation(Role.COMPLAINANT),
        "TESTIGO": Situation(Role.WITNESS),
    }
)
