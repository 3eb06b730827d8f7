"""Observations straight from what the institutions said, as the adapters would make them from the files.

The fast path of training and benches; a test holds it to the adapters.
"""

from datetime import date, timedelta, timezone
from functools import lru_cache

from app.world.people import age_on
from app.world.records import SaidPerson, SaidPlace, SaidRecord
from schemas.identifiers import citation_key, natural_key, own_citation_key, record_number
from schemas.observations import (
    Citation,
    Document,
    Identity,
    Measure,
    Mention,
    Observation,
    Offence,
    Place,
    Ruling,
    RulingParty,
    Service,
)
from schemas.vocabulary import CallCategory, CitationRelation, Feed, Role, Stage

LIMA = timezone(timedelta(hours=-5))
_STAGES = {
    "REGISTRADA": Stage.REGISTERED, "EN INVESTIGACION": Stage.UNDER_INVESTIGATION,
    "RESUELTA": Stage.RESOLVED,
    "DERIVADA MP": Stage.REFERRED_TO_PROSECUTION, "CALIFICACION": Stage.QUALIFICATION,
    "INVESTIGACION_PRELIMINAR": Stage.PRELIMINARY_INVESTIGATION,
    "INVESTIGACION_PREPARATORIA": Stage.PREPARATORY_INVESTIGATION,
    "ETAPA_INTERMEDIA": Stage.INTERMEDIATE_STAGE,
    "ACUSACION": Stage.ACCUSATION, "JUZGAMIENTO": Stage.TRIAL, "SENTENCIA": Stage.SENTENCE,
    "ARCHIVO": Stage.FILED,
    "SOBRESEIMIENTO": Stage.DISMISSED, "DERIVADA": Stage.PASSED_ON, "EN PROCESO": Stage.IN_PROCESS,
    "SENTENCIADO": Stage.SENTENCED, "SOBRESEIDO": Stage.DISMISSED, "ARCHIVADO": Stage.FILED,
    "EN APELACION": Stage.ON_APPEAL, "EN EJECUCION": Stage.IN_EXECUTION,
}  # fmt: skip
NO_PLACE = Place()


def observation(record: SaidRecord) -> Observation:
    """The record must be a sound one (``broken`` is None)."""
    feed = record.feed
    is_call = feed is Feed.LINEA_1818
    return Observation(
        feed=feed,
        number=record_number(record.number),
        key=natural_key(feed, record.number),
        citation_key=own_citation_key(feed, record.number),
        stamp=record.stamp.replace(tzinfo=LIMA),
        annulled=record.annulled and not is_call,
        category=record.category,
        offence=_offence(record),
        facts_date=record.facts_date,
        report_date=record.reported.date(),
        reported_at=record.reported.replace(tzinfo=LIMA) if is_call else None,
        office=record.office,
        office_district=record.office_district,
        place=_place(record.place),
        purposes=record.purposes,
        recruitment=record.recruitment,
        exploitation_place=record.exploitation_place,
        stage=_STAGES.get(record.state),
        citations=_citations(record),
        mentions=_mentions(record),
        rulings=_rulings(record),
        victims_claimed=record.victims_claimed,
        referred_to=record.referred_to,
        referred_at=record.referred.replace(tzinfo=LIMA) if record.referred else None,
        narrative=record.narrative,
    )


def _offence(record: SaidRecord) -> Offence | None:
    if record.family is None:
        return None
    if record.feed in (Feed.SISTRA, Feed.PODER_JUDICIAL):
        return Offence(family=record.family, code=record.offence, label=record.offence_label)
    return Offence(family=record.family, label=record.offence)


@lru_cache(maxsize=8_192)
def _place_of(code: str) -> Place:
    return Place(
        department=code[:2] or None,
        province=code[:4] if len(code) >= 4 else None,
        district=code if len(code) == 6 else None,
    )


def _place(said: SaidPlace | None) -> Place:
    return NO_PLACE if said is None else _place_of(said.code)


def _citations(record: SaidRecord) -> tuple[Citation, ...]:
    return tuple(
        Citation(
            feed=said.feed,
            raw=said.text,
            key=citation_key(said.feed, said.text),
            relation=CitationRelation.FIRST_CALL if said.first_call else CitationRelation.COUNTERPART,
        )
        for said in record.citations
    )


def _rulings(record: SaidRecord) -> tuple[Ruling, ...]:
    return tuple(
        Ruling(
            type=said.type,
            instance=said.instance,
            date=said.date,
            parties=tuple(
                RulingParty(order=order, sentence_months=months, reparation=reparation)
                for order, months, reparation in said.parties
            ),
        )
        for said in record.rulings
    )


def _identity(said: SaidPerson) -> Identity:
    document = None
    if said.document is not None and said.document_type is not None:
        document = Document(type=said.document_type, number=said.document)
    return Identity(
        paternal=said.paternal,
        maternal=said.maternal,
        given=said.given,
        alias=said.alias,
        initials=said.initials,
        protected_key=said.protected_key,
        document=document,
        birth_date=said.birth,
        legal_name=said.legal_name,
        situation=said.legal_situation,
    )


def _mentions(record: SaidRecord) -> tuple[Mention, ...]:
    """Only complaints among calls name people."""
    if record.category not in (None, CallCategory.COMPLAINT):
        return ()
    on = record.facts_date or record.reported.date()
    return tuple(_mention(said, on) for said in record.people)


def _mention(said: SaidPerson, on: date) -> Mention:
    years, approximate = said.age, said.age_approximate
    if said.birth is not None:
        exact = age_on(said.birth, on)
        years, approximate = (exact, exact), False
    return Mention(
        role=said.role,
        order=said.order,
        kind=said.kind,
        identity=_identity(said),
        sex=said.sex,
        age_min=years[0] if years else None,
        age_max=years[1] if years else None,
        age_approximate=approximate,
        nationality=said.nationality,
        origin_ubigeo=said.origin.ubigeo if said.origin else None,
        relation=said.relation,
        rescued=said.rescued,
        detained=True if said.role is Role.SUSPECT and said.word == "DETENIDO" else None,
        measures=tuple(Measure(type=kind, date=day) for kind, day in said.measures),
        services=tuple(Service(type=kind, entity=entity, date=day) for kind, entity, day in said.services),
    )
