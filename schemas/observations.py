"""What one record of one institution says: a report of a case and the people it names.

An observation is the unit everything later stands on. Adapters make it; nothing else does.
"Unknown" is ``None`` (or an empty tuple) everywhere, never a default value.
"""

from datetime import date as Day  # a field may be called date

from pydantic import AwareDatetime, Field

from schemas.base import Contract
from schemas.vocabulary import (
    CallCategory,
    CitationRelation,
    DocumentType,
    ExploitationPlace,
    Feed,
    MeasureType,
    OffenceFamily,
    PartyKind,
    Purpose,
    Recruitment,
    Relation,
    Role,
    RulingType,
    ServiceType,
    Sex,
    Stage,
)


class Document(Contract):
    """A document that can be evidence of identity: placeholders never get here."""

    type: DocumentType
    number: str  # canonical: DNI 8 digits without check character; CI without spaces, letter kept; upper case


class Identity(Contract):
    """Everything that names a person. Kept encrypted and apart; never logged."""

    paternal: str | None = None  # as received, trimmed
    maternal: str | None = None
    given: str | None = None
    alias: str | None = None
    initials: str | None = None  # letters only, upper case: "Y.P.S.L." -> "YPSL"
    protected_key: str | None = None  # "CLAVE 03-2023" -> "03-2023"; local to its carpeta
    document: Document | None = None
    birth_date: Day | None = None
    legal_name: str | None = None  # of the State or a firm
    situation: str | None = None  # free text: legal situation


class Measure(Contract):
    type: MeasureType
    date: Day | None = None


class Service(Contract):
    type: ServiceType
    entity: str | None = None
    date: Day | None = None


class Mention(Contract):
    """One person (or party) as one record names them; known by (feed, number, role, order)."""

    role: Role
    order: int = Field(ge=1)
    kind: PartyKind = PartyKind.NATURAL
    identity: Identity = Identity()
    sex: Sex | None = None
    age_min: int | None = Field(default=None, ge=0, le=120)  # years, as stated; equal to age_max when exact
    age_max: int | None = Field(default=None, ge=0, le=120)
    age_approximate: bool = False  # "APROX 15", "14 O 15"
    nationality: str | None = None  # ISO 3166-1 alpha-3
    origin_ubigeo: str | None = None
    relation: Relation | None = None
    rescued: bool | None = None
    detained: bool | None = None
    measures: tuple[Measure, ...] = ()
    services: tuple[Service, ...] = ()


class Place(Contract):
    """INEI codes. ``district`` implies ``province`` implies ``department``."""

    department: str | None = Field(default=None, pattern=r"^\d{2}$")
    province: str | None = Field(default=None, pattern=r"^\d{4}$")
    district: str | None = Field(default=None, pattern=r"^\d{6}$")


class Offence(Contract):
    family: OffenceFamily
    code: str | None = None  # article of the Código Penal where the feed gives it, e.g. "129-B"
    label: str | None = None  # as received


class Citation(Contract):
    """Another record's number, as this record writes it."""

    feed: Feed
    raw: str
    key: str | None  # canonical form for comparison, None when unreadable
    relation: CitationRelation = CitationRelation.COUNTERPART


class RulingParty(Contract):
    order: int
    sentence_months: int | None = None
    reparation: str | None = None  # soles, decimal text


class Ruling(Contract):
    type: RulingType
    instance: int | None = None
    date: Day | None = None
    parties: tuple[RulingParty, ...] = ()


class Observation(Contract):
    feed: Feed
    number: str  # as received, trimmed, upper case
    key: str  # natural key: canonical carpeta / expediente (with incident); else equal to number
    citation_key: str  # the form in which other records' citations of it compare (see schemas.identifiers)
    stamp: AwareDatetime
    annulled: bool = False
    category: CallCategory | None = None  # linea-1818 only
    offence: Offence | None = None  # None only for calls that are no complaint
    facts_date: Day | None = None
    report_date: Day | None = None  # complaint, entry or call date, Lima
    reported_at: AwareDatetime | None = None  # calls
    office: str | None = None  # police unit, fiscalía, court
    office_district: str | None = None  # fiscal or judicial district, name of the reference list
    place: Place = Place()
    purposes: tuple[Purpose, ...] = ()
    recruitment: tuple[Recruitment, ...] = ()
    exploitation_place: ExploitationPlace | None = None
    stage: Stage | None = None
    citations: tuple[Citation, ...] = ()
    mentions: tuple[Mention, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    victims_claimed: int | None = None
    referred_to: str | None = None
    referred_at: AwareDatetime | None = None
    narrative: str | None = None  # free text; as sensitive as a name

    @property
    def makes_case(self) -> bool:
        """True where this record alone is reason for a case to exist; of calls, only complaints are."""
        return not self.annulled and (
            self.feed is not Feed.LINEA_1818 or self.category is CallCategory.COMPLAINT
        )

    @property
    def joins_case(self) -> bool:
        """True where it can belong to a case: follow-up calls attach, never make one."""
        return self.makes_case or (not self.annulled and self.category is CallCategory.FOLLOW_UP)
