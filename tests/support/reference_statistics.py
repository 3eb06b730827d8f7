"""The statistics once more, slow and obvious: rows of the tables as they stand, counted by plain loops."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.core.raw import raw_connection
from app.db.engine import Database

BITS = {"linea-1818": 0, "reta-pnp": 1, "sistra": 2, "poder-judicial": 3}
Dated = list[tuple[Any, date | None]]  # what is counted, and its date


@dataclass(frozen=True)
class Tables:
    reports: list[dict[str, Any]]
    mentions: list[dict[str, Any]]
    case_of: dict[int, Any]  # by record
    family_of: dict[Any, str]  # by case
    stage_of: dict[Any, str | None]  # by case
    facts_of: dict[Any, date | None]  # by case
    place_of: dict[Any, tuple[str | None, str | None]]  # department and province, by case
    exploited_at: dict[Any, str | None]  # by case
    person_of: dict[int, Any]  # by mention
    people: dict[tuple[Any, Any], dict[str, Any]]  # by person and case


async def tables(database: Database) -> Tables:
    async with database.read() as session:
        connection = await raw_connection(session)

        async def rows(table: str) -> list[dict[str, Any]]:
            return [dict(row) for row in await connection.fetch(f"SELECT * FROM {table}")]

        return Tables(
            reports=await rows("report"),
            mentions=await rows("mention"),
            case_of={row["record_id"]: row["case_id"] for row in await rows("case_member")},
            family_of={row["id"]: row["offence_family"] for row in await rows("case_entity")},
            stage_of={row["id"]: row["stage"] for row in await rows("case_entity")},
            facts_of={row["id"]: row["facts_date"] for row in await rows("case_entity")},
            place_of={row["id"]: (row["department"], row["province"]) for row in await rows("case_entity")},
            exploited_at={row["id"]: row["exploitation_place"] for row in await rows("case_entity")},
            person_of={row["mention_id"]: row["person_id"] for row in await rows("person_member")},
            people={(row["person_id"], row["case_id"]): row for row in await rows("person_case")},
        )


def earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


class Reference:
    def __init__(self, held: Tables) -> None:
        self.held = held
        self.told = [r for r in held.reports if r["makes_case"] and r["record_id"] in held.case_of]
        self.by_record = {report["record_id"]: report for report in self.told}

    def family(self, report: dict[str, Any]) -> str:
        return self.held.family_of[self.held.case_of[report["record_id"]]]

    def named(self, role: str) -> list[tuple[Any, dict[str, Any]]]:
        """(person, report) for each mention that counts."""
        return [
            (self.held.person_of[mention["id"]], self.by_record[mention["record_id"]])
            for mention in self.held.mentions
            if mention["role"] == role
            and mention["present"]
            and mention["kind"] == "natural"
            and mention["record_id"] in self.by_record
            and mention["id"] in self.held.person_of
        ]

    def units(self, family: str) -> dict[str, Dated]:
        of_family = [report for report in self.told if self.family(report) == family]
        victims = [(p, r) for p, r in self.named("victim") if self.family(r) == family]
        suspects = [(p, r) for p, r in self.named("suspect") if self.family(r) == family]
        accused = [(p, r) for p, r in suspects if r["feed"] in ("sistra", "poder-judicial")]
        standing = [item for item in self.standing() if self.family(item[1]) == family]
        case_day = {
            case: earliest(r["report_date"] for r in self.told if self.held.case_of[r["record_id"]] == case)
            for case in {self.held.case_of[r["record_id"]] for r in of_family}
        }
        pairs = {(person, self.held.case_of[report["record_id"]]) for person, report in victims}
        return {
            "complaints": [(r["record_id"], r["report_date"]) for r in of_family if r["feed"] == "reta-pnp"],
            "prosecution_files": self.files(of_family, "sistra"),
            "court_files": self.files(of_family, "poder-judicial"),
            "cases": list(case_day.items()),
            "victims": self.first(victims),
            "victimisations": [((person, case), case_day[case]) for person, case in pairs],
            "suspects": self.first(suspects),
            "accused": self.first(accused),
            "convicted": self.firsts((person, day) for person, _, day in standing),
            "sentenced_files": self.firsts((report["citation_key"], day) for _, report, day in standing),
        }

    def files(self, reports: list[dict[str, Any]], feed: str) -> Dated:
        return self.firsts((r["citation_key"], r["report_date"]) for r in reports if r["feed"] == feed)

    def first(self, named: list[tuple[Any, dict[str, Any]]]) -> Dated:
        return self.firsts((person, report["report_date"]) for person, report in named)

    def firsts(self, dated: Iterable[tuple[Any, date | None]]) -> Dated:
        days = defaultdict(list)
        for key, day in dated:
            days[key].append(day)
        return [(key, earliest(found)) for key, found in days.items()]

    def acquitted(self, family: str) -> Dated:
        standing = self.standing("acquitted")
        return self.firsts((person, day) for person, report, day in standing if self.family(report) == family)

    def victims_by_stage(self, family: str) -> dict[str, set[Any]]:
        """A victim of two cases may stand in two stages."""
        found: dict[str, set[Any]] = defaultdict(set)
        for person, report in self.named("victim"):
            if self.family(report) == family:
                case = self.held.case_of[report["record_id"]]
                found[self.held.stage_of[case] or "unknown"].add(person)
        return found

    def department(self, case: Any) -> str:
        department, province = self.held.place_of[case]
        if department != "15":
            return department or "unknown"
        if province is None or province[:2] != "15":
            return "15-sin-provincia"
        return "15-metropolitana" if province == "1501" else "15-provincias"

    def stated(self, case: Any, column: str, feed: str | None = None) -> set[str]:
        """Every code that a record of the case (of one feed) states."""
        reports = [r for r in self.told if self.held.case_of[r["record_id"]] == case]
        return {c for r in reports if feed in (None, r["feed"]) for c in r[column]} or {"unknown"}

    def codes(self, case: Any, feed: str | None = None) -> list[tuple[str, str, str, str]]:
        """(department, purpose, recruitment, stage), each combination in which the case stands."""
        return [
            (self.department(case), purpose, recruitment, self.held.stage_of[case] or "unknown")
            for purpose in self.stated(case, "purposes", feed)
            for recruitment in self.stated(case, "recruitment", feed)
        ]

    def known_by(self, family: str) -> dict[Any, str]:
        """Which feeds name each victim, as ``victims_by_feeds`` writes it."""
        bits: dict[Any, list[str]] = defaultdict(lambda: list("0000"))
        for person, report in self.named("victim"):
            if self.family(report) == family:
                bits[person][BITS[report["feed"]]] = "1"
        return {person: "".join(found) for person, found in bits.items()}

    def rulings(self) -> list[tuple[Any, dict[str, Any], str, date | None]]:
        """(person, report, type, day) of every ruling on a suspect that is resolved."""
        suspects = {
            (m["record_id"], m["order"]): self.held.person_of.get(m["id"])
            for m in self.held.mentions
            if m["role"] == "suspect" and m["present"]
        }
        found = []
        for report in self.told:
            for ruling in report["rulings"]:
                for party in ruling["parties"]:
                    person = suspects.get((report["record_id"], party["order"]))
                    if person is not None and report["feed"] == "poder-judicial":
                        day = date.fromisoformat(ruling["date"]) if ruling["date"] else None
                        found.append((person, report, ruling["type"], day))
        return found

    def standing(self, wanted: str = "convicted") -> list[tuple[Any, dict[str, Any], date | None]]:
        rulings = self.rulings()

        def undone(person: Any, report: dict[str, Any], day: date | None) -> bool:
            return any(
                other == person
                and of["citation_key"] == report["citation_key"]
                and kind in ("reversed", "annulled")
                and (later is None or day is None or later >= day)
                for other, of, kind, later in rulings
            )

        return [(p, r, d) for p, r, kind, d in rulings if kind == wanted and not undone(p, r, d)]

    def calls(self, admits: Callable[[date | None], bool]) -> dict[str, Any]:
        held = [r for r in self.held.reports if r["feed"] == "linea-1818"]
        counted = [call for call in held if admits(call["report_date"])]
        categories = ("complaint", "guidance", "query", "follow_up", "not_valid")
        complaints = [call for call in counted if call["category"] == "complaint"]
        return {
            "by_category": {name: sum(call["category"] == name for call in counted) for name in categories},
            "category_unknown": sum(call["category"] is None for call in counted),
            **{
                name: sum(derivation(call) == name for call in complaints)
                for name in (
                    "derived_within_3_hours",
                    "derived_late",
                    "derived_unmeasured",
                    "not_derived",
                )
            },
            "undated": sum(call["report_date"] is None for call in held),
        }

    def feed(self, family: str, feed: str, admits: Callable[[date | None], bool]) -> dict[str, Any]:
        """What one institution holds, by the family that its own records state."""

        def own(report: dict[str, Any]) -> bool:
            return report["feed"] == feed and report["offence_family"] == family

        def within(report: dict[str, Any]) -> bool:
            return own(report) and admits(report["report_date"])

        victims = [person for person, report in self.named("victim") if within(report)]
        convicted = self.firsts((person, day) for person, report, day in self.standing() if own(report))
        sentences = feed == "poder-judicial"  # no other registers them
        return {
            "feed": feed,
            "records": sum(within(report) for report in self.told),
            "victim_mentions": len(victims),
            "victims": len(set(victims)),
            "suspects": len({person for person, report in self.named("suspect") if within(report)}),
            "convicted": sum(admits(day) for _, day in convicted) if sentences else None,
            "not_available": [] if sentences else ["convicted"],
        }


def derivation(call: dict[str, Any]) -> str:
    called, referred = call["reported_at"], call["referred_at"]
    if referred is None and call["referred_to"] is None:
        return "not_derived"
    if referred is None or called is None or referred < called:
        return "derived_unmeasured"
    return "derived_within_3_hours" if referred - called <= timedelta(hours=3) else "derived_late"


def admitting(since: date | None, until: date | None) -> Callable[[date | None], bool]:
    """Without bounds everything is admitted, also what has no date; any bound keeps that out."""

    def admits(day: date | None) -> bool:
        if day is None:
            return since is None and until is None
        return (since is None or since <= day) and (until is None or day <= until)

    return admits
