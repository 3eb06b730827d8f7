"""The feeds' own words for the unified codes, as the contracts list them: what a writer writes.

The adapters hold the inverse tables; a test translates everything written here back.
"""

from schemas.vocabulary import (
    ExploitationPlace,
    MeasureType,
    Purpose,
    Recruitment,
    Relation,
    RulingType,
    ServiceType,
)

PURPOSES = {
    Purpose.SEXUAL_EXPLOITATION: "EXPLOTACION SEXUAL",
    Purpose.LABOUR_EXPLOITATION: "EXPLOTACION LABORAL",
    Purpose.FORCED_LABOUR: "TRABAJO FORZOSO",
    Purpose.SERVITUDE: "SERVIDUMBRE",
    Purpose.SLAVERY: "ESCLAVITUD",
    Purpose.BEGGING: "MENDICIDAD",
    Purpose.SALE_OF_CHILDREN: "VENTA DE NIÑOS",
    Purpose.ORGAN_REMOVAL: "EXTRACCION DE ORGANOS",
    Purpose.DOMESTIC_EXPLOITATION: "EXPLOTACION DOMESTICA",
    Purpose.MIXED: "MIXTA",
    Purpose.UNDER_INVESTIGATION: "EN INVESTIGACION",
}
RECRUITMENT = {
    Recruitment.JOB_OFFER: "OFERTA LABORAL",
    Recruitment.DECEPTION: "ENGAÑO",
    Recruitment.SEDUCTION: "SEDUCCION",
    Recruitment.SOCIAL_MEDIA: "REDES SOCIALES",
    Recruitment.THREAT: "AMENAZA",
    Recruitment.VIOLENCE: "VIOLENCIA",
    Recruitment.ABDUCTION: "RAPTO",
    Recruitment.ABUSE_OF_POWER: "ABUSO DE PODER",
    Recruitment.PAYMENT_OR_BENEFIT: "PAGO O BENEFICIO",
    Recruitment.OTHER: "OTRO",
}
EXPLOITATION_PLACES = {
    ExploitationPlace.NIGHT_CLUB: "NIGHT CLUB",
    ExploitationPlace.BAR: "BAR",
    ExploitationPlace.BROTHEL: "PROSTIBULO",
    ExploitationPlace.MINING_CAMP: "CAMPAMENTO MINERO",
    ExploitationPlace.LOGGING_CAMP: "CAMPAMENTO MADERERO",
    ExploitationPlace.FACTORY: "FABRICA",
    ExploitationPlace.FARM: "CHACRA",
    ExploitationPlace.HOUSE: "CASA",
    ExploitationPlace.PUBLIC_ROAD: "VIA PUBLICA",
    ExploitationPlace.OTHER: "OTRO",
}
RELATIONS = {
    Relation.STRANGER: "DESCONOCIDO",
    Relation.ACQUAINTANCE: "CONOCIDO",
    Relation.RELATIVE: "FAMILIAR",
    Relation.PARTNER: "PAREJA",
    Relation.FRIEND: "AMIGO",
    Relation.EMPLOYER: "EMPLEADOR",
    Relation.NEIGHBOUR: "VECINO",
}
MEASURES = {
    MeasureType.RECEPTION_ROOM: "SALA_ACOGIDA",
    MeasureType.RESIDENTIAL_CENTRE: "CAR",
    MeasureType.POLICE_PROTECTION: "PROTECCION_POLICIAL",
    MeasureType.IDENTITY_RESERVE: "RESERVA_IDENTIDAD",
    MeasureType.CHANGE_OF_ADDRESS: "CAMBIO_DOMICILIO",
    MeasureType.OTHER: "OTRA",
}
SERVICES = {
    ServiceType.LEGAL: "LEGAL",
    ServiceType.SOCIAL: "SOCIAL",
    ServiceType.PSYCHOLOGICAL: "PSICOLOGICA",
    ServiceType.MEDICAL: "MEDICA",
    ServiceType.HOUSING: "ALOJAMIENTO",
    ServiceType.EDUCATION: "EDUCATIVA",
    ServiceType.EMPLOYMENT: "LABORAL",
    ServiceType.REPATRIATION: "REPATRIACION",
    ServiceType.REINTEGRATION: "REINTEGRACION",
}
RULINGS = {
    RulingType.CONVICTED: "CONDENATORIA",
    RulingType.ACQUITTED: "ABSOLUTORIA",
    RulingType.DISMISSED: "SOBRESEIMIENTO",
    RulingType.FILED: "ARCHIVO",
    RulingType.UPHELD: "CONFIRMADA",
    RulingType.REVERSED: "REVOCADA",
    RulingType.ANNULLED: "ANULADA",
}
NATIONALITIES = {
    "PER": ("PERUANA", "PERUANA", "PERU", "PERUANO"),
    "VEN": ("VENEZOLANA", "VENEZUELA"),
    "BOL": ("BOLIVIANA", "BOLIVIA"),
    "COL": ("COLOMBIANA", "COLOMBIA"),
    "ECU": ("ECUATORIANA", "ECUADOR"),
}
UNKNOWN = ("", "", "", "", "-", "S/D", "NO PRECISA", "NO REGISTRA", "NO INDICA", "DESCONOCIDO")
