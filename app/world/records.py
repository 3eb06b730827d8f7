"""What an invented institution writes down: one record version with its people, and the truth behind them.

Texts stand here as the native form writes them; beside a text that a reader must understand stands what it
means (``age`` beside ``age_text``), so that observations can be made without going through files.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from app.world.places import District
from schemas.vocabulary import (
    CallCategory,
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
)


@dataclass(slots=True)
class SaidPerson:
    role: Role
    order: int
    word: str  # the feed's word for the role: VICTIMA, AGRAVIADO, ...
    person: int = 0  # true person; 0 where nobody is to be resolved
    kind: PartyKind = PartyKind.NATURAL
    unidentified: bool = False  # NN
    paternal: str | None = None
    maternal: str | None = None
    given: str | None = None
    alias: str | None = None
    initials: str | None = None  # letters only
    initials_text: str | None = None  # as written
    protected_key: str | None = None
    legal_name: str | None = None
    document_type: DocumentType | None = None
    document_text: str | None = None  # as written
    document: str | None = None  # canonical number; None where the text is no evidence
    sex: Sex | None = None
    sex_text: str | None = None
    birth: date | None = None
    birth_1900: bool = False  # 01/01/1900 is written
    age_text: str | None = None
    age: tuple[int, int] | None = None
    age_approximate: bool = False
    nationality: str | None = None
    origin: District | None = None
    relation: Relation | None = None
    rescued: bool | None = None
    legal_situation: str | None = None
    measures: tuple[tuple[MeasureType, date], ...] = ()
    services: tuple[tuple[ServiceType, str, date], ...] = ()


@dataclass(slots=True)
class SaidPlace:
    """Texts of the four columns; ``meant`` digits of the district's code can be read from them (2, 4, 6)."""

    district: District
    meant: int = 6
    ubigeo: str | None = None
    department_text: str | None = None
    province_text: str | None = None
    district_text: str | None = None

    @property
    def code(self) -> str:
        return self.district.ubigeo[: self.meant]


@dataclass(frozen=True, slots=True)
class SaidCitation:
    feed: Feed
    text: str  # as written
    first_call: bool = False
    wrong: bool = False  # of another case, or mistyped


@dataclass(frozen=True, slots=True)
class SaidRuling:
    type: RulingType
    instance: int
    date: date
    parties: tuple[tuple[int, int | None, str | None], ...]  # order, months, reparation


@dataclass(slots=True)
class SaidRecord:
    feed: Feed
    number: str
    case: int  # 0: belongs to no case
    stamp: datetime  # Lima time
    state: str  # the feed's word
    reported: datetime  # Lima time; complaint, entry or call
    family: OffenceFamily | None = None
    offence: str | None = None  # word or article, as written
    offence_label: str | None = None
    category: CallCategory | None = None
    annulled: bool = False
    facts_date: date | None = None
    facts_unreadable: bool = False
    office: str | None = None
    office_district: str | None = None  # name of the reference list
    place: SaidPlace | None = None
    purposes: tuple[Purpose, ...] = ()
    recruitment: tuple[Recruitment, ...] = ()
    exploitation_place: ExploitationPlace | None = None
    citations: tuple[SaidCitation, ...] = ()
    people: tuple[SaidPerson, ...] = ()
    rulings: tuple[SaidRuling, ...] = ()
    victims_claimed: int | None = None
    referred_to: str | None = None
    referred: datetime | None = None
    narrative: str | None = None
    broken: str | None = None  # how the writer makes it unusable


@dataclass(slots=True)
class History:
    """All versions of one record in the order of delivery; ``final`` is the one that stands."""

    final: SaidRecord
    delivered: list[SaidRecord] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        """Whether the record is in the truth: not annulled, not rejected, not a call re-sent as not valid."""
        return not self.final.annulled and self.final.broken is None
