"""Every closed list of codes. Source: the feed contracts, version 1 (``docs/contracts``).

Members are the unified words; each adapter maps its feed's words onto them by name.
"""

from enum import StrEnum


class Feed(StrEnum):
    RETA_PNP = "reta-pnp"
    SISTRA = "sistra"
    PODER_JUDICIAL = "poder-judicial"
    LINEA_1818 = "linea-1818"


class Outcome(StrEnum):
    """What became of one received record version; every one ends in exactly one of these."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    REPEATED = "repeated"
    SUPERSEDED = "superseded"
    CONFLICTING = "conflicting"
    REJECTED = "rejected"


class OffenceFamily(StrEnum):
    TRAFFICKING = "trafficking"  # TdP: 129-A, 129-B (153, 153-A before 2021)
    SMUGGLING = "smuggling"  # TIM: 303-A, 303-B; never counted as trafficking
    RELATED = "related"


class Role(StrEnum):
    """Only ``victim`` and ``suspect`` are resolved to persons."""

    VICTIM = "victim"
    SUSPECT = "suspect"
    COMPLAINANT = "complainant"
    WITNESS = "witness"
    OTHER = "other"  # the State, a firm, a civil third party


class PartyKind(StrEnum):
    NATURAL = "natural"
    LEGAL_ENTITY = "legal_entity"
    STATE = "state"


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class DocumentType(StrEnum):
    DNI = "DNI"
    CE = "CE"  # carné de extranjería
    PTP = "PTP"  # permiso temporal de permanencia
    CPP = "CPP"  # carné de permiso temporal de permanencia
    PAS = "PAS"  # passport
    CI = "CI"  # foreign identity card


class Purpose(StrEnum):
    SEXUAL_EXPLOITATION = "sexual_exploitation"
    LABOUR_EXPLOITATION = "labour_exploitation"
    FORCED_LABOUR = "forced_labour"
    SERVITUDE = "servitude"
    SLAVERY = "slavery"
    BEGGING = "begging"
    SALE_OF_CHILDREN = "sale_of_children"
    ORGAN_REMOVAL = "organ_removal"
    DOMESTIC_EXPLOITATION = "domestic_exploitation"
    MIXED = "mixed"
    UNDER_INVESTIGATION = "under_investigation"


class Recruitment(StrEnum):
    JOB_OFFER = "job_offer"
    DECEPTION = "deception"
    SEDUCTION = "seduction"
    SOCIAL_MEDIA = "social_media"
    THREAT = "threat"
    VIOLENCE = "violence"
    ABDUCTION = "abduction"
    ABUSE_OF_POWER = "abuse_of_power"
    PAYMENT_OR_BENEFIT = "payment_or_benefit"
    OTHER = "other"


class ExploitationPlace(StrEnum):
    NIGHT_CLUB = "night_club"
    BAR = "bar"
    BROTHEL = "brothel"
    MINING_CAMP = "mining_camp"
    LOGGING_CAMP = "logging_camp"
    FACTORY = "factory"
    FARM = "farm"
    HOUSE = "house"
    PUBLIC_ROAD = "public_road"
    OTHER = "other"


class Relation(StrEnum):
    """The suspect's relation to the victim."""

    STRANGER = "stranger"
    ACQUAINTANCE = "acquaintance"
    RELATIVE = "relative"
    PARTNER = "partner"
    FRIEND = "friend"
    EMPLOYER = "employer"
    NEIGHBOUR = "neighbour"


class Stage(StrEnum):
    """Where a record stands in its own institution. Annulment is a state of the record, not a stage."""

    # reta-pnp
    REGISTERED = "registered"
    UNDER_INVESTIGATION = "under_investigation"
    RESOLVED = "resolved"
    REFERRED_TO_PROSECUTION = "referred_to_prosecution"
    # sistra
    QUALIFICATION = "qualification"
    PRELIMINARY_INVESTIGATION = "preliminary_investigation"
    PREPARATORY_INVESTIGATION = "preparatory_investigation"
    INTERMEDIATE_STAGE = "intermediate_stage"
    ACCUSATION = "accusation"
    TRIAL = "trial"
    SENTENCE = "sentence"
    FILED = "filed"  # archivo
    DISMISSED = "dismissed"  # sobreseimiento
    PASSED_ON = "passed_on"  # derivada to another office
    # poder-judicial (also filed, dismissed)
    IN_PROCESS = "in_process"
    SENTENCED = "sentenced"
    ON_APPEAL = "on_appeal"
    IN_EXECUTION = "in_execution"


class CallCategory(StrEnum):
    COMPLAINT = "complaint"
    GUIDANCE = "guidance"
    QUERY = "query"
    FOLLOW_UP = "follow_up"
    NOT_VALID = "not_valid"


class RulingType(StrEnum):
    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    DISMISSED = "dismissed"
    FILED = "filed"
    UPHELD = "upheld"
    REVERSED = "reversed"
    ANNULLED = "annulled"


class MeasureType(StrEnum):
    """Protection measures."""

    RECEPTION_ROOM = "reception_room"  # SALA_ACOGIDA
    RESIDENTIAL_CENTRE = "residential_centre"  # CAR
    POLICE_PROTECTION = "police_protection"
    IDENTITY_RESERVE = "identity_reserve"
    CHANGE_OF_ADDRESS = "change_of_address"
    OTHER = "other"


class ServiceType(StrEnum):
    LEGAL = "legal"
    SOCIAL = "social"
    PSYCHOLOGICAL = "psychological"
    MEDICAL = "medical"
    HOUSING = "housing"
    EDUCATION = "education"
    EMPLOYMENT = "employment"
    REPATRIATION = "repatriation"
    REINTEGRATION = "reintegration"


class CitationRelation(StrEnum):
    COUNTERPART = "counterpart"  # this record's number in another institution
    FIRST_CALL = "first_call"  # LLAMADA_ORIGEN


class Severity(StrEnum):
    REJECTION = "rejection"  # the record is unusable
    WARNING = "warning"  # a value was lost, or two values disagree
    NOTE = "note"  # a value was repaired; provenance, not a warning


class ActKind(StrEnum):
    """What the audit log witnesses. Source: our own, from the duties of Ley 29733 and OWASP ASVS 5.0 V16."""

    PERSON_READ = "person_read"
    CASE_READ = "case_read"
    IDENTITY_READ = "identity_read"
    STATISTICS_READ = "statistics_read"
    AUDIT_READ = "audit_read"
    DECISION = "decision"
    EXPORT = "export"
    KEY_USE = "key_use"
    PERMISSION_CHANGE = "permission_change"
    REFUSAL = "refusal"
    ERASURE = "erasure"
    BREAK_GLASS = "break_glass"
    MODEL_CHANGE = "model_change"
    RELEASE = "release"
    UNUSUAL_READING = "unusual_reading"


class Unit(StrEnum):
    """What a figure counts one by one; figures of two units are never added up."""

    COMPLAINTS = "complaints"
    FILES = "files"
    CASES = "cases"
    VICTIMS = "victims"
    VICTIMISATIONS = "victimisations"
    SUSPECTS = "suspects"
    ACCUSED = "accused"
    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    CALLS = "calls"
    CALLS_DERIVED_WITHIN_3_HOURS = "calls_derived_within_3_hours"
    PROTECTION_MEASURES = "protection_measures"
    SERVICES = "services"
    RECORDS = "records"  # entries of one institution's system
    MENTIONS = "mentions"  # persons once per record that names them


class DateBasis(StrEnum):
    """The date that puts what is counted into a period."""

    FACTS = "facts"
    REPORT = "report"
    UPDATE = "update"
    RULING = "ruling"


class DisagreementKind(StrEnum):
    """How published figures contradict each other, or the registry."""

    SUM = "sum"  # a total and its own parts
    SOURCE = "source"  # two sources of the same figure
    STALE = "stale"  # one total printed for two periods
    REGISTRY = "registry"  # what was printed and what the registry counts
