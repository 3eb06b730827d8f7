"""Every rate of the invented world, in one table: (easy, normal, hard).

A rate is the probability named by its comment. The figures are the project's own judgement of the troubles
that the domain page lists; no public source gives them. Shares that do not change with difficulty stand in
the module that uses them.
"""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Self


class Difficulty(StrEnum):
    EASY = "easy"
    NORMAL = "normal"
    HARD = "hard"


def _rate(easy: float, normal: float, hard: float) -> float:
    return field(
        default=normal,
        metadata={Difficulty.EASY: easy, Difficulty.NORMAL: normal, Difficulty.HARD: hard},
    )


@dataclass(frozen=True, slots=True)
class Rates:
    # --- people over time
    revictimised: float = _rate(0.02, 0.04, 0.06)  # a victim was a victim of an earlier case
    victim_to_suspect: float = _rate(0.01, 0.02, 0.03)  # a suspect was a victim of an earlier case
    suspect_recurs: float = _rate(0.05, 0.10, 0.14)  # a suspect was a suspect of an earlier case
    accomplice_recurs: float = _rate(0.20, 0.30, 0.35)  # ... and brings the same accomplice
    kin: float = _rate(0.08, 0.15, 0.22)  # a further victim is sister or cousin of the first
    twin: float = _rate(0.0, 0.02, 0.04)  # a sister is a twin

    # --- which records a case leaves
    several_denuncias: float = _rate(0.04, 0.08, 0.12)
    several_carpetas: float = _rate(0.04, 0.08, 0.12)  # passed to another office
    incident: float = _rate(0.10, 0.15, 0.20)  # an expediente has an incident
    repeated_call: float = _rate(0.08, 0.12, 0.18)  # somebody else calls about the same case
    follow_up_call: float = _rate(0.15, 0.20, 0.25)
    annulled_record: float = _rate(0.005, 0.01, 0.015)
    earlier_version: float = _rate(0.25, 0.35, 0.40)
    repeated_version: float = _rate(0.02, 0.03, 0.04)
    late_superseded: float = _rate(0.10, 0.20, 0.30)  # an earlier version arrives after the later one
    person_left_out: float = _rate(0.03, 0.07, 0.12)  # a party stands in one record and not in another

    # --- names
    name_typo: float = _rate(0.01, 0.025, 0.05)  # per name part, one edit
    respelled: float = _rate(0.03, 0.07, 0.13)  # per name part: HUAMAN/GUAMAN, Z/S, ...
    surnames_swapped: float = _rate(0.01, 0.025, 0.05)
    maternal_dropped: float = _rate(0.03, 0.08, 0.14)
    married_name: float = _rate(0.02, 0.05, 0.08)  # of women over 22
    surnames_in_one: float = _rate(0.002, 0.01, 0.02)  # both in the paternal column
    second_given_dropped: float = _rate(0.10, 0.22, 0.32)
    second_given_initial: float = _rate(0.01, 0.03, 0.05)
    given_diminutive: float = _rate(0.01, 0.03, 0.06)
    given_swapped: float = _rate(0.005, 0.015, 0.03)
    accents_written: float = _rate(0.5, 0.5, 0.5)  # in the prosecution's records
    particle_glued: float = _rate(0.1, 0.2, 0.3)  # DELACRUZ
    enye_lost: float = _rate(0.25, 0.35, 0.45)  # N, or the yen sign in the police's records

    # --- protected people
    court_initials_minor: float = _rate(0.70, 0.85, 0.93)
    court_initials_adult: float = _rate(0.06, 0.12, 0.20)
    carpeta_key_minor: float = _rate(0.25, 0.35, 0.42)
    carpeta_initials_minor: float = _rate(0.15, 0.25, 0.33)
    carpeta_key_adult: float = _rate(0.05, 0.10, 0.15)
    key_document: float = _rate(0.35, 0.22, 0.12)  # a key stands beside the document
    key_birth_date: float = _rate(0.35, 0.22, 0.12)
    police_initials_minor: float = _rate(0.01, 0.03, 0.06)
    suspect_unknown: float = _rate(0.06, 0.12, 0.18)  # NN in the police's record
    unknown_alias: float = _rate(0.5, 0.5, 0.5)  # NN with an alias

    # --- documents: share of mentions without one, per feed and role
    police_victim_no_document: float = _rate(0.30, 0.42, 0.55)
    police_suspect_no_document: float = _rate(0.30, 0.42, 0.55)
    carpeta_victim_no_document: float = _rate(0.25, 0.38, 0.50)
    carpeta_suspect_no_document: float = _rate(0.18, 0.30, 0.42)
    court_victim_no_document: float = _rate(0.60, 0.75, 0.85)
    court_suspect_no_document: float = _rate(0.30, 0.45, 0.58)
    document_placeholder: float = _rate(0.01, 0.03, 0.05)
    document_typo: float = _rate(0.008, 0.02, 0.04)
    document_check: float = _rate(0.03, 0.04, 0.05)  # written with the check character
    document_zero_lost: float = _rate(0.3, 0.5, 0.6)  # of DNI that begin with 0, in spreadsheets
    document_other_type: float = _rate(0.15, 0.30, 0.40)  # of people who hold two

    # --- birth and age
    birth_date_known: float = _rate(0.60, 0.45, 0.32)
    birth_date_1900: float = _rate(0.005, 0.015, 0.03)
    birth_date_typo: float = _rate(0.01, 0.02, 0.04)  # one digit, or day and month swapped
    age_known: float = _rate(0.85, 0.75, 0.62)  # where there is no birth date
    hidden_age_known: float = _rate(0.97, 0.92, 0.85)  # of people by initials or key: files give their age
    age_off: float = _rate(0.04, 0.10, 0.18)  # by one year
    sex_unknown: float = _rate(0.02, 0.05, 0.10)
    sex_wrong: float = _rate(0.0005, 0.002, 0.005)
    nationality_unknown: float = _rate(0.05, 0.12, 0.20)

    # --- facts
    facts_date_missing: float = _rate(0.04, 0.10, 0.18)
    facts_date_off: float = _rate(0.03, 0.08, 0.14)  # by a few days
    facts_date_unreadable: float = _rate(0.002, 0.005, 0.01)
    ubigeo_given: float = _rate(0.85, 0.65, 0.50)
    place_missing: float = _rate(0.02, 0.06, 0.10)
    place_wrong_column: float = _rate(0.01, 0.04, 0.08)
    place_department_only: float = _rate(0.03, 0.08, 0.14)
    place_misspelt: float = _rate(0.01, 0.03, 0.06)
    offence_differs: float = _rate(0.02, 0.05, 0.08)  # another family than the case's

    # --- citations
    cited: float = _rate(0.85, 0.74, 0.58)  # the counterpart exists, and its number is written
    citation_wrong: float = _rate(0.01, 0.03, 0.06)  # of another case
    citation_mistyped: float = _rate(0.03, 0.07, 0.12)  # one edit
    citation_reformatted: float = _rate(0.15, 0.25, 0.35)  # unpadded, spaces, bar code

    # --- deliveries (only where broken records are asked for)
    broken_record: float = _rate(0.002, 0.005, 0.01)

    @classmethod
    def of(cls, difficulty: Difficulty) -> Self:
        return cls(**{item.name: item.metadata[difficulty] for item in fields(cls)})
