"""Worlds unlike the one that weights were chosen in: the guard against tuning to one's own generator.

Each changes one thing strongly: rates, the names that people bear, or how a record reaches us. A linker that
falls apart in one of them has learnt the generator and not the trouble.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from app.world.rates import Rates
from schemas.observations import Identity, Mention, Observation, Place

Rewrite = Callable[[Random, Observation], Observation]


@dataclass(frozen=True, slots=True)
class NameMix:
    """Where names come from. ``pool``: the share of each list, from its commonest name on, that is in use;
    less is more homonyms. ``origins``: shares of Spanish, Quechua, Aymara and Amazonian surnames in every
    department, where the world's own shares are not wanted."""

    pool: float = 1.0
    origins: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Variation:
    name: str
    rates: Mapping[str, float] = field(default_factory=dict)  # fields of ``Rates`` in the place of its own
    names: NameMix = NameMix()
    rewrite: Rewrite | None = None  # of what the adapters made; such a world has no files

    def applied(self, rates: Rates) -> Rates:
        return replace(rates, **self.rates)


def _each_identity(
    change: Callable[[Random, Identity], Identity],
) -> Rewrite:
    def rewrite(rng: Random, seen: Observation) -> Observation:
        mentions = tuple(m.model_copy(update={"identity": change(rng, m.identity)}) for m in seen.mentions)
        return seen.model_copy(update={"mentions": mentions})

    return rewrite


def _each_mention(**update: object) -> Rewrite:
    def rewrite(_rng: Random, seen: Observation) -> Observation:
        mentions: tuple[Mention, ...] = tuple(m.model_copy(update=update) for m in seen.mentions)
        return seen.model_copy(update={"mentions": mentions})

    return rewrite


def _bare_capitals(_rng: Random, identity: Identity) -> Identity:
    return _renamed(identity, lambda text: _unaccented(text.upper()))


def _lower_case(_rng: Random, identity: Identity) -> Identity:
    return _renamed(identity, str.title)


def _renamed(identity: Identity, change: Callable[[str], str]) -> Identity:
    names = {name: getattr(identity, name) for name in ("paternal", "maternal", "given")}
    return identity.model_copy(update={name: change(text) for name, text in names.items() if text})


def _unaccented(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _hyphens(rng: Random, identity: Identity) -> Identity:
    """GARCIA-LOPEZ in the paternal column, the maternal empty; ANA-MARIA."""
    update: dict[str, object] = {}
    if identity.paternal and identity.maternal and rng.random() < 0.35:
        update = {"paternal": f"{identity.paternal}-{identity.maternal}", "maternal": None}
    if identity.given and rng.random() < 0.35:
        update["given"] = identity.given.replace(" ", "-")
    return identity.model_copy(update=update)


def _glued_given(rng: Random, identity: Identity) -> Identity:
    """JOSELUIS for JOSE LUIS."""
    if identity.given and rng.random() < 0.25:
        return identity.model_copy(update={"given": identity.given.replace(" ", "")})
    return identity


def _one_column(rng: Random, identity: Identity) -> Identity:
    """The whole name in the column of the given names, surnames first or last."""
    parts = [identity.paternal, identity.maternal]
    if not (identity.given and all(parts)) or rng.random() > 0.15:
        return identity
    whole = " ".join(str(part) for part in parts)
    swapped = rng.random() < 0.5
    given = f"{whole} {identity.given}" if swapped else f"{identity.given} {whole}"
    return identity.model_copy(update={"given": given, "paternal": None, "maternal": None})


def _no_district(_rng: Random, seen: Observation) -> Observation:
    place = Place(department=seen.place.department)
    return seen.model_copy(update={"place": place, "office_district": None})


def _months_late(rng: Random, seen: Observation) -> Observation:
    """Facts dated by the month: the first day of it, in half of the records."""
    if seen.facts_date is None or rng.random() < 0.5:
        return seen
    return seen.model_copy(update={"facts_date": seen.facts_date.replace(day=1)})


_DOCUMENTS = tuple(
    f"{feed}_{role}_no_document" for feed in ("police", "carpeta", "court") for role in ("victim", "suspect")
)


def _documents(missing: float) -> dict[str, float]:
    return dict.fromkeys(_DOCUMENTS, missing)


PLAIN = Variation("plain")
VARIATIONS = (
    PLAIN,
    Variation("few_documents", _documents(0.92)),
    Variation("many_documents", _documents(0.08)),
    Variation("mistyped_documents", {"document_typo": 0.10, "document_placeholder": 0.15}),
    Variation("no_facts_dates", {"facts_date_missing": 0.70}),
    Variation("facts_by_the_month", rewrite=_months_late),
    Variation("few_citations", {"cited": 0.25}),
    Variation("wrong_citations", {"citation_wrong": 0.15, "citation_mistyped": 0.25}),
    Variation("ages_only", {"birth_date_known": 0.0, "age_known": 0.95, "age_off": 0.30}),
    Variation("no_ages", {"birth_date_known": 0.08, "age_known": 0.05, "hidden_age_known": 0.30}),
    Variation("homonyms", {"kin": 0.45}, NameMix(pool=0.12)),
    Variation("andean", names=NameMix(origins=(0.05, 0.55, 0.38, 0.02))),
    Variation("amazonian", names=NameMix(origins=(0.20, 0.05, 0.0, 0.75))),
    Variation("misspelt", {"name_typo": 0.10, "respelled": 0.25}),
    Variation("bare_capitals", rewrite=_each_identity(_bare_capitals)),
    Variation("lower_case", {"accents_written": 1.0}, rewrite=_each_identity(_lower_case)),
    Variation("hyphens", rewrite=_each_identity(_hyphens)),
    Variation("glued_given", rewrite=_each_identity(_glued_given)),
    Variation(
        "married_and_particles", {"married_name": 0.45, "particle_glued": 0.7, "maternal_dropped": 0.2}
    ),
    Variation("short_forms", {"given_diminutive": 0.25, "given_swapped": 0.10, "second_given_dropped": 0.6}),
    Variation("surnames_in_one_column", {"surnames_in_one": 0.25, "surnames_swapped": 0.10}),
    Variation("names_in_one_column", rewrite=_each_identity(_one_column)),
    Variation("empty_columns", rewrite=_each_mention(sex=None, nationality=None, relation=None)),
    Variation("no_districts", rewrite=_no_district),
    Variation("revictimised", {"revictimised": 0.20, "suspect_recurs": 0.30, "victim_to_suspect": 0.10}),
    Variation(
        "all_protected",
        {
            "court_initials_adult": 0.8,
            "carpeta_key_adult": 0.4,
            "carpeta_key_minor": 0.6,
            "police_initials_minor": 0.4,
        },
    ),
)
