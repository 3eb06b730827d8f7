"""True cases: what happened, where, when, to whom. Institutions come later and know only a part of it."""

from dataclasses import dataclass
from datetime import date
from random import Random

from app.world.people import PeopleMaker, Person, age_on, birth_for_age
from app.world.places import District, draw_facts_district
from app.world.rates import Rates
from app.world.variation import NameMix
from schemas.vocabulary import ExploitationPlace, OffenceFamily, Purpose, Recruitment, Relation, Sex

FIRST_DAY = date(2019, 1, 1)
LAST_DAY = date(2025, 12, 31)
_POOL = 400  # people remembered per department and kind
_MAX_CASES = 4  # no person is in more
_VICTIM_COUNT = (0.60, 0.19, 0.09, 0.05, 0.03, 0.02, 0.01, 0.01)
_SUSPECT_COUNT = (0.08, 0.50, 0.25, 0.10, 0.05, 0.02)
_FAMILY = ((OffenceFamily.TRAFFICKING, 0.80), (OffenceFamily.SMUGGLING, 0.07), (OffenceFamily.RELATED, 0.13))
_PURPOSES = (
    (Purpose.SEXUAL_EXPLOITATION, 0.52), (Purpose.LABOUR_EXPLOITATION, 0.22), (Purpose.FORCED_LABOUR, 0.06),
    (Purpose.BEGGING, 0.05), (Purpose.DOMESTIC_EXPLOITATION, 0.05), (Purpose.SERVITUDE, 0.03),
    (Purpose.SALE_OF_CHILDREN, 0.03), (Purpose.SLAVERY, 0.01), (Purpose.MIXED, 0.02),
    (Purpose.ORGAN_REMOVAL, 0.01),
)  # fmt: skip
_SEXUAL_PLACES = (
    ExploitationPlace.BAR,
    ExploitationPlace.NIGHT_CLUB,
    ExploitationPlace.BROTHEL,
    ExploitationPlace.HOUSE,
)
_LABOUR_PLACES = (
    ExploitationPlace.MINING_CAMP, ExploitationPlace.LOGGING_CAMP, ExploitationPlace.FACTORY,
    ExploitationPlace.FARM,
    ExploitationPlace.PUBLIC_ROAD, ExploitationPlace.HOUSE, ExploitationPlace.OTHER,
)  # fmt: skip
_RECRUITMENT = tuple(Recruitment)
_RELATIONS = tuple(Relation)


@dataclass(slots=True)
class TrueCase:
    number: int
    family: OffenceFamily
    facts: date
    district: District
    victims: list[Person]
    suspects: list[Person]
    relations: list[Relation]
    purposes: tuple[Purpose, ...]
    recruitment: tuple[Recruitment, ...]
    place: ExploitationPlace


class CaseMaker:
    """Draws cases in the order of their facts, remembering people who may come again."""

    def __init__(self, rng: Random, rates: Rates, names: NameMix = NameMix()) -> None:  # noqa: B008  frozen
        self._rng = rng
        self._rates = rates
        self._people = PeopleMaker(rng, names)
        self._victims: dict[str, list[Person]] = {}
        self._suspects: dict[str, list[Person]] = {}
        self._count = 0

    def draw(self, facts: date) -> TrueCase:
        rng = self._rng
        self._count += 1
        family = self._family()
        district = draw_facts_district(rng)
        purpose = self._purpose()
        sexual = purpose is Purpose.SEXUAL_EXPLOITATION
        suspects = self._suspects_of(district, facts)
        victims = self._victims_of(district, facts, sexual, {person.number for person in suspects})
        purposes: tuple[Purpose, ...] = (purpose,)
        if rng.random() < 0.14:
            second = self._purpose()
            purposes = (purpose, second) if second is not purpose else purposes
        case = TrueCase(
            self._count,
            family,
            facts,
            district,
            victims,
            suspects,
            [_RELATIONS[int(rng.random() * len(_RELATIONS))] for _ in suspects],
            () if family is OffenceFamily.SMUGGLING else purposes,
            tuple(
                sorted(
                    {_RECRUITMENT[min(int(rng.expovariate(0.4)), 9)] for _ in range(1 + (rng.random() < 0.2))}
                )
            ),
            (_SEXUAL_PLACES if sexual else _LABOUR_PLACES)[int(rng.random() * (4 if sexual else 7))],
        )
        self._remember(case)
        return case

    def _family(self) -> OffenceFamily:
        roll = self._rng.random()
        for family, share in _FAMILY:
            roll -= share
            if roll < 0:
                return family
        return OffenceFamily.TRAFFICKING

    def _purpose(self) -> Purpose:
        roll = self._rng.random()
        for purpose, share in _PURPOSES:
            roll -= share
            if roll < 0:
                return purpose
        return Purpose.SEXUAL_EXPLOITATION

    def _count_of(self, shares: tuple[float, ...]) -> int:
        roll = self._rng.random()
        for count, share in enumerate(shares):
            roll -= share
            if roll < 0:
                return count
        return 0

    def _suspects_of(self, district: District, facts: date) -> list[Person]:
        rng, rates = self._rng, self._rates
        chosen: list[Person] = []
        for _ in range(self._count_of(_SUSPECT_COUNT)):
            roll = rng.random()
            person = None
            if roll < rates.suspect_recurs:
                person = self._again(self._suspects, district, chosen)
            elif roll < rates.suspect_recurs + rates.victim_to_suspect:
                person = self._again(self._victims, district, chosen)
            if person is None or age_on(person.birth, facts) < 18:
                person = self._new_suspect(facts, district)
            elif person.partner is not None and rng.random() < rates.accomplice_recurs:
                partner = person.partner
                if partner.times < _MAX_CASES and all(partner is not other for other in chosen):
                    chosen.append(partner)
            chosen.append(person)
        return chosen

    def _new_suspect(self, facts: date, district: District) -> Person:
        rng = self._rng
        sex = Sex.MALE if rng.random() < 0.62 else Sex.FEMALE
        age = 18 + min(int(rng.expovariate(1 / 16)), 52)
        origin = district if rng.random() < 0.5 else None
        nationality = "PER" if origin is not None else None
        person = self._people.draw(sex, birth_for_age(rng, age, facts), nationality, origin)
        return person

    def _victims_of(self, district: District, facts: date, sexual: bool, taken: set[int]) -> list[Person]:
        rng, rates = self._rng, self._rates
        count = self._count_of(_VICTIM_COUNT) + 1
        if count == len(_VICTIM_COUNT):
            count += int(rng.expovariate(0.4))
        chosen: list[Person] = []
        while len(chosen) < min(count, 15):
            person = None
            roll = rng.random()
            if roll < rates.revictimised:
                person = self._again(self._victims, district, chosen)
            elif chosen and roll < rates.revictimised + rates.kin:
                person = self._kin(chosen[0], facts)
            if person is None or person.number in taken:
                person = self._new_victim(facts, sexual, chosen)
            chosen.append(person)
        return chosen

    def _new_victim(self, facts: date, sexual: bool, company: list[Person]) -> Person:
        rng = self._rng
        sex = Sex.FEMALE if rng.random() < (0.94 if sexual else 0.62) else Sex.MALE
        minor = rng.random() < 0.5
        age = (
            min(17, 10 + int(rng.triangular(0, 8, 6.5)))
            if minor
            else 18 + min(int(rng.expovariate(1 / 9)), 45)
        )
        origin = company[0].origin if company and rng.random() < 0.3 else None
        nationality = company[0].nationality if origin is not None else None
        return self._people.draw(sex, birth_for_age(rng, age, facts), nationality, origin)

    def _kin(self, first: Person, facts: date) -> Person:
        rng = self._rng
        sibling = rng.random() < 0.6
        sex = first.sex if rng.random() < 0.85 else (Sex.MALE if first.sex is Sex.FEMALE else Sex.FEMALE)
        if sibling and rng.random() < self._rates.twin:
            return self._people.draw_kin(first, first.birth, sex, sibling)
        apart = 330 + int(rng.expovariate(1 / 700))
        birth = date.fromordinal(first.birth.toordinal() + (apart if rng.random() < 0.5 else -apart))
        if age_on(birth, facts) < 8:
            birth = date.fromordinal(first.birth.toordinal() - apart)
        return self._people.draw_kin(first, birth, sex, sibling)

    def _again(
        self, pools: dict[str, list[Person]], district: District, chosen: list[Person]
    ) -> Person | None:
        """Somebody of the pool, mostly of the same department; None where nobody fits."""
        rng = self._rng
        key = district.ubigeo[:2]
        if rng.random() < 0.3 or key not in pools:
            keys = list(pools)
            if not keys:
                return None
            key = keys[int(rng.random() * len(keys))]
        pool = pools[key]
        person = pool[int(rng.random() * len(pool))]
        fits = person.times < _MAX_CASES and all(person is not other for other in chosen)
        return person if fits else None

    def _remember(self, case: TrueCase) -> None:
        key = case.district.ubigeo[:2]
        for pools, people in ((self._victims, case.victims), (self._suspects, case.suspects)):
            pool = pools.setdefault(key, [])
            for person in people:
                person.times += 1
                if len(pool) < _POOL:
                    pool.append(person)
                else:
                    pool[int(self._rng.random() * _POOL)] = person
            if not pool:
                del pools[key]
        for one, other in zip(case.suspects, case.suspects[1:], strict=False):
            one.partner = other
