"""Between which milestones time is told, by what steps cases are lost, and what each figure means. Pure."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from schemas.concordance import Definition, FunnelStep, Milestone
from schemas.indicators import Words
from schemas.vocabulary import DateBasis, Feed

FEED_OF: Final = {
    Milestone.CALL: Feed.LINEA_1818,
    Milestone.COMPLAINT: Feed.RETA_PNP,
    Milestone.PROSECUTION: Feed.SISTRA,
    Milestone.COURT: Feed.PODER_JUDICIAL,
    Milestone.SENTENCE: Feed.PODER_JUDICIAL,
}
"""Whose records tell that a case reached it."""
STRETCHES: Final = tuple(pairwise(Milestone))
"""call - complaint, complaint - prosecution, prosecution - court, court - sentence."""
STEPS: Final = tuple(FunnelStep)
BASES: Final = (DateBasis.REPORT, DateBasis.FACTS)
"""By which a case can have begun in a period; an update begins nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """One line of what was counted: how many cases of a stretch ended so, after so many days."""

    ending: str
    days: int | None
    counted: int


MEASURED, CONTRADICTING, UNDATED, NOT_ARRIVED, WITHOUT_START = (
    "measured",
    "contradicting",
    "undated",
    "not_arrived",
    "without_start",
)


def _define(id_: str, es: str, en: str) -> Definition:
    return Definition(id=id_, words=Words(es=es, en=en))


DEFINITIONS: Final = (
    _define(
        "period",
        "Un caso es del periodo si comenzó en él: por la fecha del primer registro que lo hace. Una víctima, "
        "por el primer registro que la nombra así. Lo que no tiene fecha no es de ningún periodo con "
        "límites y se informa aparte. Registros anulados: fuera de toda cuenta. Con date_basis=facts: por la "
        "fecha de los hechos del caso, y cada registro por la que él dice.",
        "A case is of the period when it began in it: by the date of the first record that makes it. A "
        "victim, by the first record that names them so. What has no date is of no bounded period and is "
        "told apart. Annulled records: in no count. With date_basis=facts: by the date of the facts of the "
        "case, and each record by the one that it states.",
    ),
    _define(
        "sources",
        "Registros y víctimas nombradas: lo que cuenta la institución, por el delito que ella dice y la "
        "fecha de cada registro; no se suman entre fuentes. Casos y víctimas: de los reconciliados del "
        "periodo, los que la fuente conoce, aunque los supiera después del periodo.",
        "Records and victims named: what the institution counts, by the offence that it states and the date "
        "of each record; never added across sources. Cases and victims: of the reconciled ones of the "
        "period, those that the source knows of, also where it heard of them after the period.",
    ),
    _define(
        "membership",
        "Cada caso y cada víctima está en una sola celda: la de las fuentes que lo conocen, ni más ni menos. "
        "Las quince celdas suman el total reconciliado.",
        "Each case and each victim is in one cell: that of the feeds that know of it, no more and no fewer. "
        "The fifteen cells add up to the reconciled total.",
    ),
    _define(
        "lags",
        "Días entre la primera fecha de un hito y la primera del siguiente, por caso del periodo. Medidos: "
        "ambas fechas constan y la segunda no es anterior; el mismo día son 0. Contradictorios: la segunda "
        "es anterior; puede ser un error o que la otra institución comenzara antes; se informan aparte y no "
        "entran en los cuartiles ni como 0 ni como negativos. Sin fecha: llegó, y falta una de las "
        "dos fechas. Sentencia: la primera resolución que condena o absuelve, aunque después se revocara. "
        "Cuartiles: Hyndman y Fan (1996), tipo 7.",
        "Days between the first date of a milestone and the first of the next, per case of the period. "
        "Measured: both dates are known and the second is not earlier; the same day is 0. Contradicting: the "
        "second is earlier; it may be an error, or the other institution began first; told apart, and in the "
        "quartiles neither as 0 nor as negative. Undated: it arrived, and one of the two dates is missing. "
        "Sentence: the first ruling that convicts or acquits, though it was reversed later. Quartiles: "
        "Hyndman and Fan (1996), type 7.",
    ),
    _define(
        "censoring",
        "«No llegó» dice que no había llegado el último día que se supo de la segunda institución "
        "(heard_until); puede llegar después. Por eso los cuartiles de lo medido son menores que los que "
        "tendrá el periodo entero; cuánto llevaban esperando los que no llegaron se informa al lado.",
        "'Not arrived' says that it had not arrived on the last day that the second institution was heard "
        "(heard_until); it may arrive later. The quartiles of the measured are therefore lower than those of "
        "the whole period will be; how long those that have not arrived had waited is told beside them.",
    ),
    _define(
        "funnel",
        "De los casos que comenzaron en el periodo: los que conoce la policía; de ellos, los que tienen "
        "carpeta fiscal; de ellos, expediente judicial; de ellos, alguna resolución; de ellos, una condena "
        "que ninguna resolución posterior del expediente revocó o anuló. Al lado (anyway), los que "
        "llegaron al paso por cualquier camino. A la fecha de heard_until de cada fuente.",
        "Of the cases that began in the period: those the police know of; of them, those with a prosecution "
        "file; of them, a court file; of them, any ruling; of them, a conviction that no later ruling of the "
        "court file reversed or annulled. Beside it (anyway), those that reached the step by whatever way. "
        "As of the heard_until of each feed.",
    ),
)
