"""The courts' own words. Source: the feed contracts, version 1, ``poder-judicial``."""

from adapters.reading.codes import CodeTable
from schemas.vocabulary import Role, RulingType, Stage

NAMESPACE = "urn:intertrata:poder-judicial:1"

ANNULLED = "ANULADO"

STAGES = CodeTable(
    {
        "EN PROCESO": Stage.IN_PROCESS,
        "SENTENCIADO": Stage.SENTENCED,
        "SOBRESEIDO": Stage.DISMISSED,
        "ARCHIVADO": Stage.FILED,
        "EN APELACION": Stage.ON_APPEAL,
        "EN EJECUCION": Stage.IN_EXECUTION,
    }
)

ROLES = CodeTable(
    {
        "AGRAVIADO": Role.VICTIM,
        "PROCESADO": Role.SUSPECT,
        "IMPUTADO": Role.SUSPECT,
        "TESTIGO": Role.WITNESS,
        "TERCERO CIVIL": Role.OTHER,
    }
)

RULINGS = CodeTable(
    {
        "CONDENATORIA": RulingType.CONVICTED,
        "ABSOLUTORIA": RulingType.ACQUITTED,
        "SOBRESEIMIENTO": RulingType.DISMISSED,
        "ARCHIVO": RulingType.FILED,
        "CONFIRMADA": RulingType.UPHELD,
        "REVOCADA": RulingType.REVERSED,
        "ANULADA": RulingType.ANNULLED,
    }
)

EXPEDIENTE_FIELDS = frozenset(
    {
        "@numero",
        "@actualizado",
        "distritoJudicial",
        "organo",
        "fechaIngreso",
        "delito",
        "carpetaFiscal",
        "estado",
        "partes",
        "resoluciones",
    }
)
EXPEDIENTE_REQUIRED = EXPEDIENTE_FIELDS - {"carpetaFiscal", "resoluciones"}

PARTY_REQUIRED = frozenset({"@orden", "@tipo", "@persona"})
PARTY_FIELDS = PARTY_REQUIRED | {
    "apellidoPaterno",
    "apellidoMaterno",
    "nombres",
    "iniciales",
    "razonSocial",
    "documento",
    "fechaNacimiento",
    "edad",
    "sexo",
    "nacionalidad",
    "situacion",
}

RULING_FIELDS = frozenset({"@fecha", "@instancia", "@tipo", "parte"})
RULING_REQUIRED = RULING_FIELDS - {"parte"}
RULING_PARTY_FIELDS = frozenset({"@ref", "@penaMeses", "@reparacion"})
