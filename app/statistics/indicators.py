"""What each figure counts: one named definition for each indicator. Pure.

Source of the rules: ``docs/decisions/0040-what-the-registry-tells.md``; of the statements that count them:
``app.statistics.repository``.
"""

from functools import cache
from typing import Final

from app.statistics.dimensions import BY_ID, DEFINITIONS, Told
from schemas.indicators import DateBasisOf, DimensionOf, Indicator, Indicators, Words
from schemas.vocabulary import DateBasis, Feed, OffenceFamily, Unit

OF_PERSONS: Final = frozenset({Unit.VICTIMS, Unit.SUSPECTS, Unit.ACCUSED, Unit.CONVICTED, Unit.ACQUITTED})
"""Units that count a person once however many cases name them."""
ASKABLE: Final = (DateBasis.REPORT, DateBasis.FACTS, DateBasis.UPDATE)
"""Date bases of which every figure may be asked; a conviction by its ruling too."""
DATE_BASES: Final = (
    DateBasisOf(
        id=DateBasis.REPORT,
        name=Words(es="Registro", en="Report"),
        definition=Words(
            es="La primera fecha en que la institución registró lo que se cuenta; de un caso, el primer "
            "registro que lo hace. Sin fecha de registro: undated.",
            en="The first day on which the institution registered what is counted; of a case, the first "
            "record that makes it. Without a date of registration: undated.",
        ),
    ),
    DateBasisOf(
        id=DateBasis.FACTS,
        name=Words(es="Hechos", en="Facts"),
        definition=Words(
            es="La fecha de los hechos del caso: la que prevalece entre sus registros, o la que fijó un "
            "revisor; de una persona en varios casos, la primera. De una sola fuente, la primera que "
            "dicen sus propios registros. Vale solo un día entero: de un mes o un año sueltos no se hace "
            "uno, y lo que no tiene día conocido es undated, un periodo aparte que ningún límite incluye.",
            en="The date of the facts of the case: the one that prevails among its records, or that a "
            "reviewer pinned; of a person in several cases, the first. Of one feed alone, the first that "
            "its own records state. Only a whole day counts: none is made of a mere month or year, and "
            "what has no known day is undated, a period of its own that no bounds include.",
        ),
    ),
    DateBasisOf(
        id=DateBasis.UPDATE,
        name=Words(es="Actualización", en="Update"),
        definition=Words(
            es="El día, en Lima, de la última versión que sus registros tienen: se mueve cuando la "
            "institución los actualiza. Lo tiene todo registro.",
            en="The day, in Lima, of the latest version that its records have: it moves when the "
            "institution updates them. Every record has one.",
        ),
    ),
    DateBasisOf(
        id=DateBasis.RULING,
        name=Words(es="Resolución", en="Ruling"),
        definition=Words(
            es="La fecha de la resolución que sigue en pie; sin ella: undated.",
            en="The date of the ruling that stands; without it: undated.",
        ),
    ),
)
_FAMILIES: Final = tuple(OffenceFamily)
_CASE = (
    *("period", "offence_family", "department", "fiscal_district", "judicial_district"),
    *("purpose", "recruitment", "exploitation_place", "stage"),
)
_PERSON = (*_CASE, "feeds", "sex", "age_band", "minor", "nationality")
_GIVEN = ("period", "offence_family", "feed", "sex", "department")
_CALL = ("period", "call_category", "derivation")

# Whose records can state it: by the statements of ``counting`` where they name feeds; what victims are given
# is in the contract of SISTRA alone. A test holds them to what the samples of every feed state.
_EVERY: Final = tuple(Feed)
_CALL_FEED: Final = (Feed.LINEA_1818,)
_POLICE: Final = (Feed.RETA_PNP,)
_PROSECUTION: Final = (Feed.SISTRA,)
_COURTS: Final = (Feed.PODER_JUDICIAL,)

_LINKED = Words(
    es="Registros vinculados, no anulados, que hacen un caso",
    en="Linked records, not annulled, that make a case",
)
_NAMED = Words(
    es="Personas naturales en registros vinculados, no anulados, que hacen caso; nunca el Estado ni empresas",
    en="Natural persons named in linked records, not annulled, that make a case; never the State or firms",
)
_COURT = Words(
    es="Expedientes del Poder Judicial vinculados y no anulados que hacen un caso",
    en="Linked court files, not annulled, that make a case",
)
_CALLS = Words(
    es="Llamadas de la Línea 1818; una anulada cuenta como no válida",
    en="Calls of Línea 1818; an annulled one counts as not valid",
)
_COMPLAINT_CALLS = Words(
    es="Llamadas de la Línea 1818 que son denuncia y no están anuladas",
    en="Calls of Línea 1818 that are complaints and not annulled",
)


def _define(  # noqa: PLR0913, PLR0917 - a row of a table, read as one
    id_: str,
    unit: Unit,
    name: tuple[str, str],
    numerator: tuple[str, str],
    universe: Words,
    dimensions: tuple[str, ...],
    figures: tuple[str, ...] = (),
    *,
    basis: DateBasis = DateBasis.REPORT,
    annulled_out: bool = True,
    feeds: tuple[Feed, ...] = _EVERY,
) -> Indicator:
    return Indicator(
        id=id_,
        name=Words(es=name[0], en=name[1]),
        numerator=Words(es=numerator[0], en=numerator[1]),
        universe=universe,
        unit=unit,
        date_basis=basis,
        date_bases=tuple(dict.fromkeys((basis, *ASKABLE))),
        offence_families=_FAMILIES if "offence_family" in dimensions else (),
        annulled_out=annulled_out,
        feeds=feeds,
        dimensions=tuple(DimensionOf(id=each, multi_valued=_several(unit, each)) for each in dimensions),
        figures=figures,
    )


def _several(unit: Unit, dimension: str) -> bool:
    definition = BY_ID[dimension]
    return definition.many or (unit in OF_PERSONS and definition.told is Told.CASE)


def _reconciled(id_: str) -> tuple[str, ...]:
    return (f"families.reconciled.{id_}", f"families.undated.{id_}")


CASES: Final = (
    _define(
        "complaints",
        Unit.COMPLAINTS,
        ("Denuncias policiales", "Police complaints"),
        (
            "Denuncias de RETA-PNP, por su fecha de registro",
            "Complaints of RETA-PNP, by date of registration",
        ),
        _LINKED,
        _CASE,
        _reconciled("complaints"),
        feeds=_POLICE,
    ),
    _define(
        "prosecution_files",
        Unit.FILES,
        ("Carpetas fiscales", "Prosecution files"),
        (
            "Carpetas distintas de SISTRA, una vez con todos sus incidentes, por su primer registro",
            "Distinct files of SISTRA, once with all their incidents, by their first registration",
        ),
        _LINKED,
        _CASE,
        _reconciled("prosecution_files"),
        feeds=_PROSECUTION,
    ),
    _define(
        "court_files",
        Unit.FILES,
        ("Expedientes judiciales", "Court files"),
        (
            "Expedientes distintos, una vez con todos sus incidentes, por su primer registro",
            "Distinct court files, once with all their incidents, by their first registration",
        ),
        _COURT,
        (*_CASE, "outcome"),
        _reconciled("court_files"),
        feeds=_COURTS,
    ),
    _define(
        "sentenced_files",
        Unit.FILES,
        ("Expedientes con condena", "Court files with a conviction"),
        (
            "Expedientes distintos con al menos una condena que ninguna resolución posterior revocó o anuló",
            "Distinct court files with at least one conviction that no later ruling reversed or annulled",
        ),
        _COURT,
        _CASE,
        _reconciled("sentenced_files"),
        basis=DateBasis.RULING,
        feeds=_COURTS,
    ),
    _define(
        "cases",
        Unit.CASES,
        ("Casos", "Cases"),
        (
            "Casos reconciliados, por el primer registro que los hace",
            "Reconciled cases, by the first record that makes them",
        ),
        _LINKED,
        (*_CASE, "feeds"),
        _reconciled("cases"),
    ),
    _define(
        "victimisations",
        Unit.VICTIMISATIONS,
        ("Victimizaciones", "Victimisations"),
        (
            "Pares de víctima y caso: en dos casos, cuenta dos veces; por el primer registro del caso",
            "Pairs of victim and case: a person in two cases counts twice; by the first record of the case",
        ),
        _NAMED,
        _PERSON,
        _reconciled("victimisations"),
    ),
)

PERSONS: Final = (
    _define(
        "victims",
        Unit.VICTIMS,
        ("Víctimas", "Victims"),
        (
            "Personas distintas nombradas como víctimas, por el primer registro que las nombra así",
            "Distinct persons named as victims, by the first record that names them so",
        ),
        _NAMED,
        _PERSON,
        (*_reconciled("victims"), "families.reconciled.victims_by_feeds"),
    ),
    _define(
        "suspects",
        Unit.SUSPECTS,
        ("Presuntos autores", "Suspects"),
        (
            "Personas distintas nombradas como presuntas autoras, por el primer registro que las nombra así",
            "Distinct persons named as suspects, by the first record that names them so",
        ),
        _NAMED,
        (*_PERSON, "relation"),
        _reconciled("suspects"),
    ),
    _define(
        "accused",
        Unit.ACCUSED,
        ("Imputados y procesados", "Accused"),
        (
            "Presuntos autores que nombran fiscalía o juzgados, por el primero de esos registros",
            "Suspects whom the prosecution or the courts name, by the first of those records",
        ),
        _NAMED,
        (*_PERSON, "relation"),
        _reconciled("accused"),
        feeds=(*_PROSECUTION, *_COURTS),
    ),
    _define(
        "convicted",
        Unit.CONVICTED,
        ("Sentenciados", "Convicted"),
        (
            "Personas distintas con una condena que nada posterior en el expediente revocó o anuló",
            "Distinct persons with a conviction that no later ruling of the court file reversed or annulled",
        ),
        _COURT,
        _PERSON,
        _reconciled("convicted"),
        basis=DateBasis.RULING,
        feeds=_COURTS,
    ),
    _define(
        "acquitted",
        Unit.ACQUITTED,
        ("Absueltos", "Acquitted"),
        (
            "Personas distintas con una absolución que nada posterior en el expediente revocó o anuló",
            "Distinct persons with an acquittal that no later ruling of the court file reversed or annulled",
        ),
        _COURT,
        _PERSON,
        basis=DateBasis.RULING,
        feeds=_COURTS,
    ),
    _define(
        "protection_measures",
        Unit.PROTECTION_MEASURES,
        ("Medidas de protección", "Protection measures"),
        (
            "Medidas dispuestas a favor de víctimas, como las dice cada registro, por la fecha del registro",
            "Measures ordered for victims, as each record tells them, by the date of the record",
        ),
        _NAMED,
        (*_GIVEN, "measure_type"),
        feeds=_PROSECUTION,
    ),
    _define(
        "services",
        Unit.SERVICES,
        ("Servicios prestados", "Services"),
        (
            "Servicios prestados a víctimas, como los dice cada registro, por la fecha del registro",
            "Services given to victims, as each record tells them, by the date of the record",
        ),
        _NAMED,
        (*_GIVEN, "service_type"),
        feeds=_PROSECUTION,
    ),
)

_OF_FEED = ("period", "feed", "offence_family")
FEEDS: Final = (
    _define(
        "feed_records",
        Unit.RECORDS,
        ("Registros de cada fuente", "Records of each feed"),
        (
            "Denuncias, carpetas, expedientes o llamadas, como los lleva la institución; no se suman",
            "Records as the institution keeps them: complaints, files or calls; never added across feeds",
        ),
        _LINKED,
        _OF_FEED,
        ("families.feeds.records",),
    ),
    _define(
        "feed_victim_mentions",
        Unit.MENTIONS,
        ("Víctimas nombradas por cada fuente", "Victims named by each feed"),
        (
            "Personas nombradas como víctimas, una vez por registro: lo que cuenta la institución",
            "Persons named as victims, once per record: what the institution counts",
        ),
        _NAMED,
        _OF_FEED,
        ("families.feeds.victim_mentions",),
    ),
    *(
        _define(
            f"feed_{role}",
            unit,
            (f"{spanish} en cada fuente", f"{english} in each feed"),
            (
                f"Personas distintas ({spanish.lower()}) que la fuente registra, por el delito que ella dice",
                f"Distinct persons ({english.lower()}) whom the feed knows, by the offence it states",
            ),
            universe,
            _OF_FEED,
            (f"families.feeds.{role}",),
            basis=basis,
            feeds=feeds,
        )
        for role, unit, spanish, english, universe, basis, feeds in (
            ("victims", Unit.VICTIMS, "Víctimas", "Victims", _NAMED, DateBasis.REPORT, _EVERY),
            ("suspects", Unit.SUSPECTS, "Presuntos autores", "Suspects", _NAMED, DateBasis.REPORT, _EVERY),
            ("convicted", Unit.CONVICTED, "Sentenciados", "Convicted", _COURT, DateBasis.RULING, _COURTS),
        )
    ),
)

CALLS: Final = (
    _define(
        "calls",
        Unit.CALLS,
        ("Llamadas", "Calls"),
        ("Llamadas registradas, por su fecha", "Registered calls, by their date"),
        _CALLS,
        _CALL,
        ("calls.by_category", "calls.category_unknown", "calls.undated"),
        annulled_out=False,
        feeds=_CALL_FEED,
    ),
    _define(
        "calls_derived_within_3_hours",
        Unit.CALLS_DERIVED_WITHIN_3_HOURS,
        ("Llamadas derivadas dentro de 3 horas", "Calls derived within 3 hours"),
        (
            "Las derivadas a otra institución a más tardar 3 horas después de recibidas",
            "Those derived to another institution at most 3 hours after they came",
        ),
        _COMPLAINT_CALLS,
        ("period",),
        ("calls.derived_within_3_hours",),
        feeds=_CALL_FEED,
    ),
    _define(
        "complaint_calls_derived_late",
        Unit.CALLS,
        ("Denuncias por llamada derivadas tarde", "Complaint calls derived late"),
        (
            "Las derivadas más de 3 horas después de recibidas",
            "Those derived more than 3 hours after they came",
        ),
        _COMPLAINT_CALLS,
        ("period",),
        ("calls.derived_late",),
        feeds=_CALL_FEED,
    ),
    _define(
        "complaint_calls_derived_unmeasured",
        Unit.CALLS,
        ("Denuncias por llamada derivadas sin plazo conocido", "Complaint calls derived in an unknown time"),
        (
            "Las derivadas en que falta uno de los dos momentos o se contradicen",
            "Those derived where one of the two moments is missing or they contradict each other",
        ),
        _COMPLAINT_CALLS,
        ("period",),
        ("calls.derived_unmeasured",),
        feeds=_CALL_FEED,
    ),
    _define(
        "complaint_calls_not_derived",
        Unit.CALLS,
        ("Denuncias por llamada no derivadas", "Complaint calls not derived"),
        ("Las que no consta que se derivaran", "Those that nothing says were derived"),
        _COMPLAINT_CALLS,
        ("period",),
        ("calls.not_derived",),
        feeds=_CALL_FEED,
    ),
)

INDICATORS: Final = (*CASES, *PERSONS, *FEEDS, *CALLS)


@cache
def catalogue() -> Indicators:
    return Indicators(
        indicators=INDICATORS,
        dimensions=tuple(definition.dimension for definition in DEFINITIONS),
        date_bases=DATE_BASES,
    )


@cache
def unstated(feed: Feed) -> tuple[str, ...]:
    """The figures of the overview's feeds that this feed's records cannot state: for it they are no 0."""
    of_feeds = "families.feeds."
    return tuple(
        figure.removeprefix(of_feeds)
        for indicator in FEEDS
        for figure in indicator.figures
        if figure.startswith(of_feeds) and feed not in indicator.feeds
    )
