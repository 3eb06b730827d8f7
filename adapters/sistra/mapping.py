"""SISTRA's own words. Source: the feed contracts, version 1, ``sistra``."""

from adapters.reading.codes import CodeTable
from schemas.vocabulary import MeasureType, ServiceType, Stage

STAGES = CodeTable(
    {
        "CALIFICACION": Stage.QUALIFICATION,
        "INVESTIGACION_PRELIMINAR": Stage.PRELIMINARY_INVESTIGATION,
        "INVESTIGACION_PREPARATORIA": Stage.PREPARATORY_INVESTIGATION,
        "ETAPA_INTERMEDIA": Stage.INTERMEDIATE_STAGE,
        "ACUSACION": Stage.ACCUSATION,
        "JUZGAMIENTO": Stage.TRIAL,
        "SENTENCIA": Stage.SENTENCE,
        "ARCHIVO": Stage.FILED,
        "SOBRESEIMIENTO": Stage.DISMISSED,
        "DERIVADA": Stage.PASSED_ON,
    }
)

MEASURES = CodeTable(
    {
        "SALA_ACOGIDA": MeasureType.RECEPTION_ROOM,
        "CAR": MeasureType.RESIDENTIAL_CENTRE,
        "PROTECCION_POLICIAL": MeasureType.POLICE_PROTECTION,
        "RESERVA_IDENTIDAD": MeasureType.IDENTITY_RESERVE,
        "CAMBIO_DOMICILIO": MeasureType.CHANGE_OF_ADDRESS,
        "OTRA": MeasureType.OTHER,
    }
)

SERVICES = CodeTable(
    {
        "LEGAL": ServiceType.LEGAL,
        "SOCIAL": ServiceType.SOCIAL,
        "PSICOLOGICA": ServiceType.PSYCHOLOGICAL,
        "MEDICA": ServiceType.MEDICAL,
        "ALOJAMIENTO": ServiceType.HOUSING,
        "EDUCATIVA": ServiceType.EDUCATION,
        "LABORAL": ServiceType.EMPLOYMENT,
        "REPATRIACION": ServiceType.REPATRIATION,
        "REINTEGRACION": ServiceType.REINTEGRATION,
    }
)
