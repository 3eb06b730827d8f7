"""The first cut of the statistics: sources and the reconciled truth side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.feeds import FEED_ORDER
from app.statistics import repository as sql
from app.statistics.errors import PeriodBackwards
from app.statistics.repository import StatisticsRepository
from schemas.statistics import CallFigures, FamilyFigures, FeedFigures, Overview, ReconciledFigures
from schemas.vocabulary import CallCategory, Feed, OffenceFamily

BASIS_ES = (
    "Denuncias, carpetas, expedientes y llamadas: por fecha de registro. "
    "Casos y victimizaciones: por el primer reporte del caso. "
    "Víctimas, imputados y procesados: personas distintas, por el primer reporte que las nombra como tales. "
    "Sentenciados: por fecha de la condena que sigue en pie. Registros anulados: fuera de toda cuenta. "
    "Lo que no tiene fecha no entra en un periodo con límites y se informa aparte."
)
BASIS_EN = (
    "Complaints, files and calls: by date of registration. "
    "Cases and victimisations: by the case's first report. "
    "Victims, suspects and accused: distinct persons, by the first report that names them so. "
    "Convicted: by the date of the conviction that stands. Annulled records: in no count. "
    "What has no date is in no bounded period and is told apart."
)


class StatisticsService:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def overview(self, since: date | None, until: date | None) -> Overview:
        """Raises PeriodBackwards when ``until`` is before ``since``. Both days are included."""
        if since is not None and until is not None and until < since:
            raise PeriodBackwards
        counts = StatisticsRepository(self._session, since, until)
        reconciled = await self._reconciled(counts)
        feeds = await self._feeds(counts)
        return Overview(
            since=since,
            until=until,
            basis_es=BASIS_ES,
            basis_en=BASIS_EN,
            undated_cases=await counts.single(sql.COUNT_UNDATED),
            families=tuple(
                FamilyFigures(offence_family=family, reconciled=reconciled[family], feeds=feeds[family])
                for family in OffenceFamily
            ),
            calls=_calls(await counts.rows(sql.COUNT_CALLS)),
        )

    async def _reconciled(self, counts: StatisticsRepository) -> dict[OffenceFamily, ReconciledFigures]:
        records: dict[tuple[str, str], RowMapping] = {
            (row["offence_family"], row["feed"]): row for row in await counts.rows(sql.COUNT_RECORDS)
        }
        cases = await counts.by_family(sql.COUNT_CASES)
        victimisations = await counts.by_family(sql.COUNT_VICTIMISATIONS)
        suspects = await counts.by_family(sql.COUNT_SUSPECTS)
        convicted = await counts.by_family(sql.COUNT_CONVICTED)
        overlap = _overlap(await counts.rows(sql.COUNT_VICTIMS))
        return {
            family: ReconciledFigures(
                complaints=_count(records, (family, Feed.RETA_PNP), "records"),
                prosecution_files=_count(records, (family, Feed.SISTRA), "files"),
                court_files=_count(records, (family, Feed.PODER_JUDICIAL), "files"),
                cases=_count(cases, family, "cases"),
                victims=sum(overlap[family].values()),
                victimisations=_count(victimisations, family, "victimisations"),
                suspects=_count(suspects, family, "suspects"),
                accused=_count(suspects, family, "accused"),
                convicted=_count(convicted, family, "convicted"),
                victims_by_feeds=overlap[family],
            )
            for family in OffenceFamily
        }

    async def _feeds(self, counts: StatisticsRepository) -> dict[OffenceFamily, tuple[FeedFigures, ...]]:
        held = {(row["offence_family"], row["feed"]): row for row in await counts.rows(sql.COUNT_BY_FEED)}
        convicted = await counts.by_family(sql.COUNT_CONVICTED_BY_FEED)
        return {
            family: tuple(
                FeedFigures(
                    feed=feed,
                    **{
                        name: _count(held, (family, feed), name)
                        for name in ("records", "victim_mentions", "victims", "suspects")
                    },
                    # only the courts register sentences
                    convicted=_count(convicted, family, "convicted") if feed is Feed.PODER_JUDICIAL else 0,
                )
                for feed in FEED_ORDER
            )
            for family in OffenceFamily
        }


def _count(
    rows: Mapping[str, RowMapping] | Mapping[tuple[str, str], RowMapping], key: object, name: str
) -> int:
    row = rows.get(key)  # type: ignore[call-overload]  # str enums are their values
    return 0 if row is None else int(row[name])


def _overlap(rows: Iterable[RowMapping]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: -row["feeds"]):
        found[row["offence_family"]][format(row["feeds"], "04b")] = row["victims"]
    return found


def _calls(rows: Iterable[RowMapping]) -> CallFigures:
    by_category = {row["category"]: row for row in rows}
    complaint = by_category.get(CallCategory.COMPLAINT)
    return CallFigures(
        by_category={category: _count(by_category, category, "calls") for category in CallCategory},
        derived_within_3_hours=complaint["in_time"] if complaint else 0,
        derived_late=complaint["late"] if complaint else 0,
        not_derived=complaint["never"] if complaint else 0,
    )
