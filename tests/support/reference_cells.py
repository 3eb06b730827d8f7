"""Answers of the statistics once more, slow and obvious: every row that a question counts, by plain loops.

Stands on ``reference_statistics`` for what a record, a ruling and a call are; says of itself what each figure
counts and by what it is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from itertools import product
from typing import Any

from adapters.reference import fiscal_districts, judicial_districts
from schemas.query import Grain, Query
from schemas.vocabulary import DateBasis
from support.reference_statistics import BITS, Reference, admitting, derivation, earliest

Codes = dict[str, set[str]]
COURTS, CALLS = "poder-judicial", "linea-1818"
FISCAL = {
    name: name.lower().translate(str.maketrans("áíñ ", "ain-")) for name in fiscal_districts()
}  # fmt: skip
JUDICIAL = {name: code for code, name in judicial_districts().items()}
OWN_DAY = ("feed_re", "feed_v", "feed_s", "protection", "services", "calls", "complaint_")  # of each record


@dataclass
class Told:
    """One telling of one thing."""

    key: Any
    family: str | None
    day: date | None
    feed: str
    codes: Codes = field(default_factory=dict)


class Cells:
    def __init__(self, reference: Reference, people: dict[tuple[Any, Any], dict[str, Any]]) -> None:
        """``people``: rows of ``person_case``, held to what is told of persons by a test of their own."""
        self.reference, self.people = reference, people
        self.of_cases: dict[tuple[Any, str | None], Codes] = {}
        self.basis: DateBasis | None = None  # None: that of the definition

    def answer(self, query: Query) -> tuple[dict[tuple[str, ...], tuple[int, ...]], tuple[int, ...]]:
        """Values of the measures by codes, and the totals."""
        cells: dict[tuple[str, ...], list[set[Any]]] = defaultdict(lambda: [set() for _ in query.measures])
        totals: list[set[Any]] = [set() for _ in query.measures]
        for place, measure in enumerate(query.measures):
            for key, codes in self.kept(measure, query):
                cells[codes][place].add(key)
                totals[place].add(key)
        return (
            {codes: tuple(len(found) for found in sets) for codes, sets in cells.items()},
            tuple(len(found) for found in totals),
        )

    def kept(self, measure: str, query: Query) -> Iterator[tuple[Any, tuple[str, ...]]]:
        admits = admitting(query.since, query.until)
        self.basis = query.date_basis
        tellings = [t for t in self.tellings(measure, query.source) if t.family is not None]
        own_day = measure.startswith(OWN_DAY)
        last = query.date_basis is DateBasis.UPDATE
        days, feeds = defaultdict(list), defaultdict(set)
        for told in tellings:
            days[told.key, told.family].append(told.day)
            feeds[told.key, told.family].add(told.feed)
        for told in tellings:
            found = days[told.key, told.family]
            day = told.day if own_day else max(found) if last else earliest(found)
            if not admits(day):
                continue
            codes = told.codes | {
                "period": {period(day, query.grain)},
                "offence_family": {told.family or ""},
                "feed": {told.feed},
                "feeds": {bits(feeds[told.key, told.family])},
            }
            if all(codes[name] & set(wanted) for name, wanted in query.filters.items()):
                left = [codes[name] & set(query.filters.get(name, codes[name])) for name in query.dimensions]
                yield from ((told.key, combination) for combination in product(*left))

    def tellings(self, measure: str, source: str | None) -> Iterable[Told]:
        """Everything that is told of what the measure counts."""
        if measure in {"calls", "calls_derived_within_3_hours"} or measure.startswith("complaint_calls"):
            return self.calls(measure, source)
        if measure in {"sentenced_files", "convicted", "acquitted", "feed_convicted"}:
            return self.standing(measure, source)
        if measure in {"complaints", "prosecution_files", "court_files", "cases", "feed_records"}:
            return self.records(measure, source)
        return self.persons(measure, source)

    def reports(self, source: str | None) -> list[dict[str, Any]]:
        return [report for report in self.reference.told if source in (None, report["feed"])]

    def family(self, report: dict[str, Any], measure: str, source: str | None) -> str | None:
        said: str | None = report["offence_family"]
        return said if source or measure.startswith("feed_") else self.reference.family(report)

    def day(self, report: dict[str, Any], measure: str, source: str | None) -> date | None:
        """By which the record is dated in the basis that is asked."""
        if self.basis is DateBasis.UPDATE:
            return (report["stamp"].astimezone(UTC) - timedelta(hours=5)).date()
        if self.basis is DateBasis.FACTS:
            case = self.reference.held.case_of.get(report["record_id"])
            own = source or measure.startswith(("feed_", "calls", "complaint_calls"))
            return report["facts_date"] if own else self.reference.held.facts_of[case]
        return report["report_date"]

    def records(self, measure: str, source: str | None) -> Iterator[Told]:
        feed = {"complaints": "reta-pnp", "prosecution_files": "sistra", "court_files": COURTS}.get(measure)
        for report in self.reports(source):
            if feed in (None, report["feed"]):
                case = self.reference.held.case_of[report["record_id"]]
                number = report["citation_key"]
                key = {"cases": case, "prosecution_files": number, "court_files": number}.get(
                    measure, report["record_id"]
                )
                codes = self.of_case(case, source)
                if measure == "court_files":
                    codes["outcome"] = self.outcome(number)
                family = self.family(report, measure, source)
                codes |= self.own_office(measure, report)
                yield Told(key, family, self.day(report, measure, source), report["feed"], codes)

    def persons(self, measure: str, source: str | None) -> Iterator[Told]:
        role = "suspect" if measure in {"suspects", "accused", "feed_suspects"} else "victim"
        held, records = self.reference.held, {r["record_id"]: r for r in self.reports(source)}
        for mention in held.mentions:
            report = records.get(mention["record_id"])
            person = held.person_of.get(mention["id"])
            counts = mention["role"] == role and mention["present"] and mention["kind"] == "natural"
            if report is None or person is None or not counts:
                continue
            if measure == "accused" and report["feed"] not in {"sistra", COURTS}:
                continue
            case = held.case_of[report["record_id"]]
            told = Told(
                person,
                self.family(report, measure, source),
                self.day(report, measure, source),
                report["feed"],
                self.of_case(case, source) | self.of_person(person, case),
            )
            yield from self.each(measure, told, mention, case, source)

    def each(
        self, measure: str, told: Told, mention: dict[str, Any], case: Any, source: str | None
    ) -> Iterator[Told]:
        """Of one mention: the person, the mention itself, the pair with the case, or what was given."""
        if measure in {"protection_measures", "services"}:
            column, dimension = {
                "protection_measures": ("measures", "measure_type"),
                "services": ("services", "service_type"),
            }[measure]
            for place, item in enumerate(mention[column]):
                codes = told.codes | {dimension: {item["type"]}}
                yield Told((mention["id"], place), told.family, told.day, told.feed, codes)
            return
        if measure == "feed_victim_mentions":
            told.key = mention["id"]
        if measure == "victimisations":
            told.key, told.day = (told.key, case), self.first_day(case, told.family, source)
        yield told

    def first_day(self, case: Any, family: str | None, source: str | None) -> date | None:
        days = [
            self.day(report, "victimisations", source)
            for report in self.reports(source)
            if self.reference.held.case_of[report["record_id"]] == case
            and self.family(report, "victimisations", source) == family
        ]
        if self.basis is DateBasis.UPDATE:
            return max(day for day in days if day is not None)
        return earliest(days)

    def standing(self, measure: str, source: str | None) -> Iterator[Told]:
        wanted = "acquitted" if measure == "acquitted" else "convicted"
        for person, report, ruled in self.reference.standing(wanted):
            if source in (None, report["feed"]):
                case = self.reference.held.case_of[report["record_id"]]
                key = report["citation_key"] if measure == "sentenced_files" else person
                codes = self.of_case(case, source) | self.of_person(person, case)
                codes |= self.own_office(measure, report)
                own = self.basis in {None, DateBasis.RULING}
                day = ruled if own else self.day(report, measure, source)
                yield Told(key, self.family(report, measure, source), day, report["feed"], codes)

    def calls(self, measure: str, source: str | None) -> Iterator[Told]:
        wanted = measure.removeprefix("complaint_calls_").removeprefix("calls_")
        for call in self.reference.held.reports:
            if call["feed"] != CALLS or source not in (None, CALLS):
                continue
            category = "not_valid" if call["annulled"] else call["category"] or "unknown"
            if measure == "calls" or (category == "complaint" and derivation(call) == wanted):
                codes = {"call_category": {category}, "derivation": {derivation(call)}}
                yield Told(call["record_id"], "", self.day(call, measure, source), CALLS, codes)

    def own_office(self, measure: str, report: dict[str, Any]) -> Codes:
        """A file's own district, not those of its whole case; so of who is convicted by it."""
        if measure == "prosecution_files":
            return {"fiscal_district": {FISCAL.get(report["office_district"], "unknown")}}
        if measure in {"court_files", "sentenced_files", "convicted", "acquitted"}:
            return {"judicial_district": {JUDICIAL.get(report["office_district"], "unknown")}}
        return {}

    def offices(self, case: Any, feed: str, codes: dict[str, str]) -> set[str]:
        """Of every record of the case in that feed, whichever source is asked."""
        return {
            codes[report["office_district"]]
            for report in self.reports(feed)
            if self.reference.held.case_of[report["record_id"]] == case and report["office_district"] in codes
        } or {"unknown"}

    def outcome(self, number: str) -> set[str]:
        files = [r for r in self.reference.told if r["feed"] == COURTS and r["citation_key"] == number]
        return {ruling["type"] for report in files for ruling in report["rulings"]} or {"unknown"}

    def of_case(self, case: Any, source: str | None) -> Codes:
        """A copy: kept, for every mention of a case asks it."""
        if (case, source) not in self.of_cases:
            self.of_cases[case, source] = self._of_case(case, source)
        return dict(self.of_cases[case, source])

    def _of_case(self, case: Any, source: str | None) -> Codes:
        held = self.reference.held
        return {
            "department": {self.reference.department(case)},
            "stage": {held.stage_of[case] or "unknown"},
            "exploitation_place": {held.exploited_at[case] or "unknown"},
            "fiscal_district": self.offices(case, "sistra", FISCAL),
            "judicial_district": self.offices(case, COURTS, JUDICIAL),
            "purpose": self.reference.stated(case, "purposes", source),
            "recruitment": self.reference.stated(case, "recruitment", source),
        }

    def of_person(self, person: Any, case: Any) -> Codes:
        row = self.people[person, case]
        minor = {True: "yes", False: "no", None: "unknown"}[row["minor"]]
        return {
            "sex": {row["sex"] or "unknown"},
            "nationality": {row["nationality"] or "unknown"},
            "age_band": {row["age_group"] or "unknown"},
            "minor": {minor},
            "relation": {row["relation"] or "unknown"},
        }


def period(day: date | None, grain: Grain) -> str:
    if day is None:
        return "undated"
    months = {Grain.MONTH: 1, Grain.BIMESTER: 2, Grain.QUARTER: 3, Grain.SEMESTER: 6, Grain.YEAR: 12}[grain]
    number = (day.month - 1) // months + 1
    letter = {Grain.MONTH: "M", Grain.BIMESTER: "B", Grain.QUARTER: "Q", Grain.SEMESTER: "S"}.get(grain)
    written = f"{number:02}" if grain is Grain.MONTH else str(number)
    return f"{day.year}-{letter}{written}" if letter else str(day.year)


def bits(feeds: set[str]) -> str:
    return "".join("1" if feed in feeds else "0" for feed in sorted(BITS, key=lambda each: BITS[each]))
