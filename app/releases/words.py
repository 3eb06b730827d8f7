"""What every code of a standard table means, in Spanish and English. Pure.

Spanish words are those of the glossary; departments are INEI's, nationalities ISO 3166-1's.
"""

from collections.abc import Mapping
from typing import Final

from adapters.reference import departments
from app.releases.standard import OTHER, TOTAL
from app.statistics.dimensions import LIMA_METROPOLITAN, LIMA_PROVINCES, LIMA_UNTOLD, OFFICES, UNKNOWN
from schemas.indicators import Words
from schemas.vocabulary import Feed

_FEED_NAMES: Final = {
    Feed.LINEA_1818: "Línea 1818",
    Feed.RETA_PNP: "RETA-PNP",
    Feed.SISTRA: "SISTRA",
    Feed.PODER_JUDICIAL: "Poder Judicial",
}
_BITS: Final = (Feed.LINEA_1818, Feed.RETA_PNP, Feed.SISTRA, Feed.PODER_JUDICIAL)
"""The places of a code of ``feeds``, as its definition in ``app.statistics.dimensions`` names them."""

_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "offence_family": {
        "trafficking": ("Trata de personas", "Trafficking in persons"),
        "smuggling": ("Tráfico ilícito de migrantes", "Smuggling of migrants"),
        "related": ("Delito conexo", "Related offence"),
    },
    "sex": {"female": ("Mujer", "Female"), "male": ("Hombre", "Male")},
    "age_band": {
        "0-11": ("De 0 a 11 años", "0 to 11 years"),
        "12-17": ("De 12 a 17 años", "12 to 17 years"),
        "18-29": ("De 18 a 29 años", "18 to 29 years"),
        "30-59": ("De 30 a 59 años", "30 to 59 years"),
        "60+": ("De 60 años a más", "60 years and over"),
    },
    "minor": {"yes": ("Menor de 18 años", "Under 18 years"), "no": ("De 18 años a más", "18 years and over")},
    "nationality": {
        "PER": ("Perú", "Peru"),
        "ARG": ("Argentina", "Argentina"),
        "BOL": ("Bolivia", "Bolivia"),
        "BRA": ("Brasil", "Brazil"),
        "CHL": ("Chile", "Chile"),
        "COL": ("Colombia", "Colombia"),
        "ECU": ("Ecuador", "Ecuador"),
        "VEN": ("Venezuela", "Venezuela"),
    },
    "purpose": {
        "sexual_exploitation": ("Explotación sexual", "Sexual exploitation"),
        "labour_exploitation": ("Explotación laboral", "Labour exploitation"),
        "forced_labour": ("Trabajo forzoso", "Forced labour"),
        "servitude": ("Servidumbre", "Servitude"),
        "slavery": ("Esclavitud", "Slavery"),
        "begging": ("Mendicidad", "Begging"),
        "sale_of_children": ("Venta de niños", "Sale of children"),
        "organ_removal": ("Extracción de órganos", "Removal of organs"),
        "domestic_exploitation": ("Explotación doméstica", "Domestic exploitation"),
        "mixed": ("Mixta", "Mixed"),
        "under_investigation": ("En investigación", "Under investigation"),
    },
    "recruitment": {
        "job_offer": ("Oferta laboral", "Job offer"),
        "deception": ("Engaño", "Deception"),
        "seduction": ("Seducción", "Seduction"),
        "social_media": ("Redes sociales", "Social media"),
        "threat": ("Amenaza", "Threat"),
        "violence": ("Violencia", "Violence"),
        "abduction": ("Rapto", "Abduction"),
        "abuse_of_power": ("Abuso de poder", "Abuse of power"),
        "payment_or_benefit": ("Pago o beneficio", "Payment or benefit"),
        "other": ("Otro", "Other"),
    },
    "exploitation_place": {
        "night_club": ("Night club", "Night club"),
        "bar": ("Bar", "Bar"),
        "brothel": ("Prostíbulo", "Brothel"),
        "mining_camp": ("Campamento minero", "Mining camp"),
        "logging_camp": ("Campamento maderero", "Logging camp"),
        "factory": ("Fábrica", "Factory"),
        "farm": ("Chacra", "Farm"),
        "house": ("Casa", "House"),
        "public_road": ("Vía pública", "Public road"),
        "other": ("Otro", "Other"),
    },
    "relation": {
        "stranger": ("Desconocido", "Stranger"),
        "acquaintance": ("Conocido", "Acquaintance"),
        "relative": ("Familiar", "Relative"),
        "partner": ("Pareja", "Partner"),
        "friend": ("Amigo", "Friend"),
        "employer": ("Empleador", "Employer"),
        "neighbour": ("Vecino", "Neighbour"),
    },
    "stage": {
        "registered": ("Registrada (RETA-PNP)", "Registered (RETA-PNP)"),
        "under_investigation": ("En investigación (RETA-PNP)", "Under investigation (RETA-PNP)"),
        "resolved": ("Resuelta (RETA-PNP)", "Resolved (RETA-PNP)"),
        "referred_to_prosecution": (
            "Derivada al Ministerio Público (RETA-PNP)",
            "Referred to the prosecution (RETA-PNP)",
        ),
        "qualification": ("Calificación (SISTRA)", "Qualification (SISTRA)"),
        "preliminary_investigation": ("Investigación preliminar (SISTRA)", "Preliminary inquiry (SISTRA)"),
        "preparatory_investigation": (
            "Investigación preparatoria (SISTRA)",
            "Preparatory investigation (SISTRA)",
        ),
        "intermediate_stage": ("Etapa intermedia (SISTRA)", "Intermediate stage (SISTRA)"),
        "accusation": ("Acusación (SISTRA)", "Accusation (SISTRA)"),
        "trial": ("Juzgamiento (SISTRA)", "Trial (SISTRA)"),
        "sentence": ("Sentencia (SISTRA)", "Sentence (SISTRA)"),
        "filed": ("Archivo (SISTRA, Poder Judicial)", "Filed (SISTRA, Poder Judicial)"),
        "dismissed": ("Sobreseimiento (SISTRA, Poder Judicial)", "Dismissed (SISTRA, Poder Judicial)"),
        "passed_on": ("Derivada a otro despacho (SISTRA)", "Passed on to another office (SISTRA)"),
        "in_process": ("En proceso (Poder Judicial)", "In process (Poder Judicial)"),
        "sentenced": ("Sentenciado (Poder Judicial)", "Sentenced (Poder Judicial)"),
        "on_appeal": ("En apelación (Poder Judicial)", "On appeal (Poder Judicial)"),
        "in_execution": ("En ejecución (Poder Judicial)", "In execution (Poder Judicial)"),
    },
    "outcome": {
        "convicted": ("Condenatoria", "Convicted"),
        "acquitted": ("Absolutoria", "Acquitted"),
        "dismissed": ("Sobreseimiento", "Dismissed"),
        "filed": ("Archivo", "Filed"),
        "upheld": ("Confirmada", "Upheld"),
        "reversed": ("Revocada", "Reversed"),
        "annulled": ("Anulada", "Annulled"),
    },
    "call_category": {
        "complaint": ("Denuncia", "Complaint"),
        "guidance": ("Orientación", "Guidance"),
        "query": ("Consulta", "Query"),
        "follow_up": ("Seguimiento", "Follow-up"),
        "not_valid": ("No válida", "Not valid"),
    },
    "derivation": {
        "derived_within_3_hours": ("Derivada dentro de 3 horas", "Derived within 3 hours"),
        "derived_late": ("Derivada después de 3 horas", "Derived after 3 hours"),
        "derived_unmeasured": ("Derivada, sin plazo conocido", "Derived, in an unknown time"),
        "not_derived": ("No derivada", "Not derived"),
    },
    "measure_type": {
        "reception_room": ("Sala de acogida", "Reception room"),
        "residential_centre": ("Centro de acogida residencial (CAR)", "Residential centre (CAR)"),
        "police_protection": ("Protección policial", "Police protection"),
        "identity_reserve": ("Reserva de identidad", "Identity kept secret"),
        "change_of_address": ("Cambio de domicilio", "Change of address"),
        "other": ("Otra", "Other"),
    },
    "service_type": {
        "legal": ("Legal", "Legal"),
        "social": ("Social", "Social"),
        "psychological": ("Psicológica", "Psychological"),
        "medical": ("Médica", "Medical"),
        "housing": ("Alojamiento", "Housing"),
        "education": ("Educativa", "Education"),
        "employment": ("Laboral", "Employment"),
        "repatriation": ("Repatriación", "Repatriation"),
        "reintegration": ("Reintegración", "Reintegration"),
    },
    "feed": {feed.value: (name, name) for feed, name in _FEED_NAMES.items()},
}
_LIMA: Final = {
    LIMA_METROPOLITAN: ("Lima Metropolitana", "Metropolitan Lima"),
    LIMA_PROVINCES: ("Lima Provincias", "Lima Provinces"),
    LIMA_UNTOLD: ("Lima, provincia no precisada", "Lima, province not stated"),
}
_ANYWHERE: Final = {
    TOTAL: ("Total", "Total"),
    OTHER: ("Otros", "Others"),
    UNKNOWN: ("No precisa", "Not stated"),
}
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "complaints": ("Denuncias", "Complaints"),
    "files": ("Carpetas fiscales o expedientes", "Prosecution or court files"),
    "cases": ("Casos reconciliados", "Reconciled cases"),
    "victims": ("Víctimas: personas distintas", "Victims: distinct persons"),
    "victimisations": ("Victimizaciones: una persona en un caso", "Victimisations: one person in one case"),
    "suspects": ("Presuntos autores: personas distintas", "Suspects: distinct persons"),
    "accused": ("Imputados y procesados: personas distintas", "Accused: distinct persons"),
    "convicted": ("Sentenciados: personas distintas", "Convicted: distinct persons"),
    "acquitted": ("Absueltos: personas distintas", "Acquitted: distinct persons"),
    "calls": ("Llamadas", "Calls"),
    "calls_derived_within_3_hours": ("Llamadas derivadas dentro de 3 horas", "Calls derived within 3 hours"),
    "protection_measures": ("Medidas de protección", "Protection measures"),
    "services": ("Servicios prestados", "Services given"),
    "records": ("Registros de una institución", "Records of one institution"),
    "mentions": ("Menciones: una persona por registro", "Mentions: one person per record"),
}


def words_of(dimension: str, code: str) -> Words:
    """Raises ``KeyError`` for a code that nobody gave words: a test asks for every one of them."""
    es, en = _ANYWHERE.get(code) or _pair(dimension, code)
    return Words(es=es, en=en)


def unit_words(unit: str) -> Words:
    es, en = UNITS[unit]
    return Words(es=es, en=en)


def _pair(dimension: str, code: str) -> tuple[str, str]:
    if dimension == "department":
        return _LIMA.get(code) or (departments()[code], departments()[code])
    if dimension == "feeds":
        names = [_FEED_NAMES[feed] for feed, bit in zip(_BITS, code, strict=True) if bit == "1"]
        return ("Solo " if len(names) == 1 else "") + ", ".join(names), (
            "Only " if len(names) == 1 else ""
        ) + ", ".join(names)
    if dimension in OFFICES:  # names of the institutions' own, the same in both languages
        name = next(name for name, each in OFFICES[dimension][1].items() if each == code)
        return name, name
    return _WORDS[dimension][code]
