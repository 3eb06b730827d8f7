"""Small random worlds in which everything collides: few names, documents, days, places and numbers.

Sisters, namesakes, wrong citations, follow-ups of follow-ups, people in two roles; and histories: versions
that change everything, annul, and come back. No real person: three surnames are not enough for one.
"""

from collections.abc import Sequence
from random import Random

from schemas.observations import Mention, Observation
from schemas.vocabulary import CallCategory, Feed, OffenceFamily, Role
from support.sample_story import court_file, person, record

SURNAMES = ("QUISPE", "HUAMAN", "GUAMAN", "ROJAS")
GIVEN = ("YULI", "YULIANA", "MARIA", "MARIA ELENA", "OSWALDO")
DOCUMENTS = ("DNI 29150731", "DNI 29150732", "DNI 24410987", "CE 001234567")
BORN = ("2007-05-14", "2007-05-15", "1990-12-03")
DAYS = ("2023-03-10", "2023-03-11", "2023-05-02", "2024-02-05")
PLACES = ("170102", "170103", "080910", "17")
CARPETAS = tuple(f"270601450{n}-2023-{n}-0" for n in range(1, 5))
POLICE = tuple(f"COM-A-2023-{n}" for n in range(1, 6))
CALLS = tuple(f"1818-2023-00000{n}" for n in range(1, 6))
COURTS = (
    "00123-2023-0-2701-JR-PE-01",
    "00123-2023-45-2701-SP-PE-01",
    "00124-2023-0-2701-JR-PE-01",
    "00123-2024-0-2701-JR-PE-01",
)
NUMBERS = [
    *((Feed.RETA_PNP, number) for number in POLICE),
    *((Feed.SISTRA, number) for number in CARPETAS),
    *((Feed.PODER_JUDICIAL, number) for number in COURTS),
    *((Feed.LINEA_1818, number) for number in CALLS),
]


def observations(random: Random, count: int) -> list[Observation]:
    """Versions in order of arrival; a number that comes again replaces what was said."""
    return [_record(random, *random.choice(NUMBERS)) for _ in range(count)]


def latest(versions: Sequence[Observation]) -> list[Observation]:
    return list({(seen.feed, seen.key): seen for seen in versions}.values())


def _maybe(random: Random, values: Sequence[str], share: float = 0.6) -> str | None:
    return random.choice(values) if random.random() < share else None


def _person(random: Random, role: Role, order: int) -> Mention:
    born = _maybe(random, BORN, 0.4)
    if random.random() < 0.15:
        name, more = "", {"initials": random.choice(("YQH", "MQR"))}
    elif random.random() < 0.1:
        name, more = "", {"alias": random.choice(("TURCO", "CHITO"))}
    else:
        parts = (_maybe(random, SURNAMES, 0.9), _maybe(random, SURNAMES, 0.8), _maybe(random, GIVEN, 0.9))
        alias = _maybe(random, ("TURCO", "CHITO"), 0.2)
        name, more = "/".join(part or "" for part in parts), {"alias": alias}
    return person(
        role,
        order,
        name,
        doc=_maybe(random, DOCUMENTS, 0.4),
        born=born,
        age=None if born or random.random() < 0.5 else random.choice((14, 15, 33)),
        sex=_maybe(random, ("F", "M")),
        key=_maybe(random, ("01-2023", "02-2023"), 0.15),
        **more,
    )


def _people(random: Random) -> list[Mention]:
    victims = [_person(random, Role.VICTIM, order) for order in range(1, random.randint(1, 3))]
    return victims + [_person(random, Role.SUSPECT, 3) for _ in range(random.randint(0, 1))]


def _record(random: Random, feed: Feed, number: str) -> Observation:
    more = {
        "facts": _maybe(random, DAYS, 0.7),
        "reported": random.choice(DAYS),
        "place": _maybe(random, PLACES, 0.8),
        "cites": [
            (other, key)
            for other, key in random.sample(NUMBERS, random.choice((0, 0, 1, 2)))
            if other != feed
        ],
        "annulled": random.random() < 0.1,
        "family": random.choice(
            (OffenceFamily.TRAFFICKING, OffenceFamily.TRAFFICKING, OffenceFamily.SMUGGLING)
        ),
    }
    if feed is Feed.PODER_JUDICIAL:
        return court_file(number, _people(random), **more)
    if feed is Feed.LINEA_1818:
        category = random.choice((CallCategory.COMPLAINT, CallCategory.FOLLOW_UP, CallCategory.QUERY))
        more |= {"category": category, "first_call": _maybe(random, CALLS)}
        if category is not CallCategory.COMPLAINT:
            return record(feed, number, [], **more)
    return record(feed, number, _people(random), **more)
