"""What makes two records one case, and what does not."""

import pytest

from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.reports import CERTAIN, NEVER, edge_weight, may_link, report_weight
from app.reconciliation.scoring import Model
from app.world.world import World
from schemas.observations import Mention
from schemas.vocabulary import CallCategory, Feed, Role
from support.sample_story import court_file, person, record

MODEL = Model.load()
UPPER, LOWER = MODEL.case.upper, MODEL.case.lower

ANA = {"doc": "DNI 45671230", "sex": "F", "born": "2001-04-09"}
LUIS = {"doc": "DNI 40512377", "sex": "M", "born": "1980-10-01"}


def ana(order: int = 1) -> Mention:
    return person(Role.VICTIM, order, "SILUPU/PANDURO/ANA BELINDA", **ANA)


def luis(order: int = 2) -> Mention:
    return person(Role.SUSPECT, order, "IDROGO/TERAN/LUIS ORESTES", **LUIS)


def rosa(order: int = 1) -> Mention:
    return person(
        Role.VICTIM, order, "CHERO/NIMA/ROSA ELVIRA", doc="DNI 47001122", sex="F", born="1999-01-20"
    )


def denuncia(key: str, people: list[Mention], **more: object) -> ReportFeatures:
    defaults = {"facts": "2024-03-01", "reported": "2024-03-04", "place": "170102"}
    return report_features(record(Feed.RETA_PNP, key, people, **(defaults | more)))


def carpeta(key: str, people: list[Mention], **more: object) -> ReportFeatures:
    defaults = {"facts": "2024-03-01", "reported": "2024-03-11", "place": "170102"}
    return report_features(record(Feed.SISTRA, key, people, **(defaults | more)))


def weigh(a: ReportFeatures, b: ReportFeatures) -> float:
    found = report_weight(a, b, MODEL).weight
    assert found == report_weight(b, a, MODEL).weight
    return found


def test_the_same_facts_and_people_need_no_citation() -> None:
    assert weigh(denuncia("D-1", [ana(), luis()]), carpeta("C-1", [ana(), luis()])) >= UPPER


def test_a_citation_of_the_same_facts_needs_no_people() -> None:
    assert weigh(denuncia("D-1", []), carpeta("C-1", [], cites=[(Feed.RETA_PNP, "D-1")])) >= UPPER


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"facts": "2024-11-20", "reported": "2024-11-22", "place": "080910"},
        {"facts": "2024-11-20", "reported": "2024-11-22"},
        {"facts": "2021-03-01", "reported": "2021-03-04", "place": "080910"},
    ],
)
def test_a_shared_person_alone_is_never_one_case(elsewhere: dict[str, str]) -> None:
    assert weigh(denuncia("D-1", [ana(), luis()]), denuncia("D-2", [ana()], **elsewhere)) < LOWER
    assert weigh(denuncia("D-1", [ana(), luis()]), carpeta("C-2", [luis(1)], **elsewhere)) < UPPER


def test_a_suspect_in_a_later_court_file_of_the_department_is_for_a_reviewer_at_most() -> None:
    later = report_features(
        court_file(
            "00010-2024-0-2701-JR-PE-01", [luis()], reported="2024-09-01", office_district="Madre de Dios"
        )
    )
    assert weigh(denuncia("D-1", [ana(), luis()]), later) < UPPER


def test_a_wrong_citation_is_outvoted_by_facts_and_people() -> None:
    citing = denuncia("D-1", [ana(), luis()], cites=[(Feed.SISTRA, "C-9")], place="190301")
    other = carpeta("C-9", [rosa()], facts="2024-05-18", reported="2024-05-24", place="220601")
    assert weigh(citing, other) < LOWER


def test_files_of_one_court_case_are_one_case_whatever_else_they_say() -> None:
    main, incident, other_year = (
        report_features(court_file(number, people, reported=reported, office_district="Piura"))
        for number, people, reported in (
            ("00123-2023-0-2001-JR-PE-01", [ana(), luis()], "2023-02-01"),
            ("00123-2023-45-2001-SP-PE-01", [], "2024-12-01"),
            ("00123-2024-0-2001-JR-PE-01", [], "2024-02-01"),
        )
    )
    assert weigh(main, incident) >= UPPER
    assert weigh(main, other_year) < LOWER


def test_a_follow_up_is_certain_of_the_call_it_names_and_of_nothing_else() -> None:
    first, other = (
        report_features(record(Feed.LINEA_1818, key, [], reported="2024-03-02", place="170102"))
        for key in ("1818-2024-000001", "1818-2024-000002")
    )
    follow_up = report_features(
        record(
            Feed.LINEA_1818,
            "1818-2024-000009",
            [],
            reported="2024-03-05",
            category=CallCategory.FOLLOW_UP,
            first_call="1818-2024-000001",
        )
    )
    assert weigh(first, follow_up) == CERTAIN
    assert weigh(other, follow_up) == NEVER


def test_an_annulled_record_is_in_no_case() -> None:
    gone = denuncia("D-1", [ana()], annulled=True)
    assert weigh(gone, carpeta("C-1", [ana()], cites=[(Feed.RETA_PNP, "D-1")])) == NEVER


def test_the_short_way_gives_the_weight_wherever_it_matters() -> None:
    reports = [
        report_features(o, i)
        for i, o in enumerate(World.generate(cases=60, seed=8, difficulty="hard").observations())
    ]
    weighed = 0
    for position, a in enumerate(reports):
        for b in reports[position + 1 : position + 12]:
            full, short = report_weight(a, b, MODEL).weight, edge_weight(a, b, MODEL)
            weighed += full >= LOWER
            assert short == full or max(short, full) < LOWER
            assert may_link(a, b) or full == NEVER
    assert weighed > 50
