"""How one person is written into one record: names, documents, age, each with its troubles."""

from dataclasses import dataclass
from datetime import date
from random import Random

from app.world import troubles
from app.world.people import Person, age_on, is_placeholder
from app.world.rates import Rates
from app.world.records import SaidPerson
from schemas.vocabulary import DocumentType, Feed, Sex

_PLACEHOLDERS = ("00000000", "12345678", "99999999", "11111111", "87654321")
_FEMALE_WORDS = ("F", "F", "FEMENINO", "MUJER")
_MALE_WORDS = ("M", "M", "MASCULINO", "HOMBRE", "VARON")


@dataclass(slots=True)
class Clerk:
    """Writes people into the records of one feed."""

    rng: Random
    rates: Rates
    feed: Feed

    def name(self, said: SaidPerson, person: Person, on: date) -> None:
        """Fill the three name columns."""
        rng, rates = self.rng, self.rates
        paternal: str | None = self._surname(person.paternal)
        maternal = None if person.maternal is None else self._surname(person.maternal)
        if maternal is not None and rng.random() < rates.maternal_dropped:
            maternal = None
        if maternal is not None and rng.random() < rates.surnames_swapped:
            paternal, maternal = maternal, paternal
        married = person.married is not None and age_on(person.birth, on) > 22
        if married and rng.random() < rates.married_name:
            widow = age_on(person.birth, on) > 50 and rng.random() < 0.5
            maternal = ("VDA DE " if widow else "DE ") + str(person.married)
        if maternal is not None and rng.random() < rates.surnames_in_one:
            paternal, maternal = f"{paternal} {maternal}", None
        said.paternal, said.maternal, said.given = paternal, maternal, self._given(person.given)

    def _part(self, text: str) -> str:
        rng, rates = self.rng, self.rates
        roll = rng.random()
        if roll < rates.name_typo:
            return troubles.typo(rng, text)
        if roll < rates.name_typo + rates.respelled:
            return troubles.respell(rng, text)
        return text

    def _surname(self, text: str) -> str:
        rng, rates = self.rng, self.rates
        written = self._part(text)
        if " " in written and rng.random() < rates.particle_glued:
            written = troubles.glue_particle(written)
        return self._letters(written)

    def _letters(self, text: str) -> str:
        """Accents and the letter Ñ as the feed keeps them."""
        rng, rates = self.rng, self.rates
        if self.feed is Feed.SISTRA:
            return troubles.accent(text) if rng.random() < rates.accents_written else text
        if "Ñ" in text and rng.random() < rates.enye_lost:
            yen = self.feed is Feed.RETA_PNP and rng.random() < 0.4
            return text.replace("Ñ", "¥" if yen else "N")
        return text

    def _given(self, given: tuple[str, ...]) -> str:
        rng, rates = self.rng, self.rates
        first = self._part(given[0])
        if rng.random() < rates.given_diminutive:
            first = troubles.diminutive(rng, given[0])
        if len(given) == 1:
            return self._letters(first)
        roll = rng.random()
        if roll < rates.second_given_dropped:
            return self._letters(first)
        roll -= rates.second_given_dropped
        if roll < rates.second_given_initial:
            return self._letters(f"{first} {given[1][0]}")
        second = self._part(given[1])
        swapped = rng.random() < rates.given_swapped
        return self._letters(f"{second} {first}" if swapped else f"{first} {second}")

    def initials(self, said: SaidPerson, person: Person, age: int | None) -> None:
        """Initials in one of the ways files write them; a clerk may leave a letter out."""
        rng = self.rng
        given = person.given if rng.random() > self.rates.second_given_dropped / 2 else person.given[:1]
        letters = troubles.initials_of((*given, person.paternal, person.maternal or ""))
        if len(letters) > 3 and rng.random() < self.rates.maternal_dropped / 4:
            letters = letters[:-1]
        said.initials = letters
        said.initials_text = ".".join(letters) + "."
        if self.feed is Feed.PODER_JUDICIAL and age is not None and rng.random() < 0.35:
            said.initials_text = f"MENOR DE INICIALES {said.initials_text} ({age})"
            said.age, said.age_approximate = (age, age), False

    def document(self, said: SaidPerson, person: Person) -> None:
        """One of the person's documents, with the troubles of documents."""
        rng, rates = self.rng, self.rates
        if not person.documents:
            return
        kind, number = person.documents[0]
        if len(person.documents) > 1 and rng.random() < rates.document_other_type:
            kind, number = person.documents[1]
        said.document_type = kind
        roll = rng.random()
        if roll < rates.document_placeholder:
            said.document_text = _PLACEHOLDERS[int(rng.random() * len(_PLACEHOLDERS))]
            said.document_type = DocumentType.DNI
            return
        if roll < rates.document_placeholder + rates.document_typo:
            number = troubles.digit_typo(rng, number)
            if is_placeholder(number):
                return
        said.document = said.document_text = number
        if kind is DocumentType.DNI:
            self._write_dni(said, number)

    def _write_dni(self, said: SaidPerson, number: str) -> None:
        rng, rates = self.rng, self.rates
        if self.feed is Feed.RETA_PNP and number[0] == "0" and rng.random() < rates.document_zero_lost:
            said.document_text = number[1:]
        elif rng.random() < rates.document_check:
            said.document_text = f"{number}-{troubles.dni_check(number, rng.random() < 0.3)}"

    def birth_and_age(self, said: SaidPerson, person: Person, on: date) -> None:
        """A birth date, an age on the day ``on``, both, or neither."""
        rng, rates = self.rng, self.rates
        if rng.random() < rates.birth_date_known:
            if rng.random() < rates.birth_date_1900:
                said.birth_1900 = True
            else:
                typed = rng.random() < rates.birth_date_typo
                said.birth = troubles.date_typo(rng, person.birth) if typed else person.birth
        if said.birth is None:
            if rng.random() < rates.age_known:
                self.age(said, person, on)
        elif rng.random() < 0.3 and said.birth == person.birth:
            self._set_age(said, age_on(person.birth, on))

    def age(self, said: SaidPerson, person: Person, on: date) -> int:
        years = age_on(person.birth, on)
        if self.rng.random() < self.rates.age_off:
            years += 1 if self.rng.random() < 0.5 else -1
        self._set_age(said, years)
        return years

    @staticmethod
    def _set_age(said: SaidPerson, years: int) -> None:
        said.age, said.age_text = (years, years), str(years)

    def sex(self, said: SaidPerson, person: Person, words: bool = False) -> None:
        rng, rates = self.rng, self.rates
        if rng.random() < rates.sex_unknown:
            return
        sex = person.sex
        if rng.random() < rates.sex_wrong:
            sex = Sex.MALE if sex is Sex.FEMALE else Sex.FEMALE
        said.sex = sex
        choice = _FEMALE_WORDS if sex is Sex.FEMALE else _MALE_WORDS
        said.sex_text = choice[int(rng.random() * len(choice))] if words else choice[0]

    def nationality(self, said: SaidPerson, person: Person) -> None:
        if self.rng.random() >= self.rates.nationality_unknown:
            said.nationality = person.nationality
