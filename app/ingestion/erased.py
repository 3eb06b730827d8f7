"""Marks of identities that were erased from a record: keyed digests by which a later delivery is recognised.

An institution goes on delivering what it holds. A person who was erased must not come back with the next full
dump, and nothing readable may be kept to know her by. Pure but for the key of the digests.
"""

from collections.abc import Iterator

from app.ingestion.content import fold
from app.security.blind import BlindIndex
from schemas.observations import Identity, Observation

_LABEL = "erased_identity"
_FULL = 2  # words of a name that are enough to know somebody by inside one record

Marks = frozenset[bytes]


def marks_of(identity: Identity, blind: BlindIndex) -> Marks:
    """One for each thing that names somebody inside one record: document, name, initials, key, alias."""
    return frozenset(blind.digest(_LABEL, value.encode()) for value in _values(identity))


def without(observation: Observation, marks: Marks, blind: BlindIndex) -> Observation:
    """The observation without the identities of these marks, nor its free text, which may name them."""
    mentions = tuple(
        mention.model_copy(update={"identity": Identity()})
        if marks & marks_of(mention.identity, blind)
        else mention
        for mention in observation.mentions
    )
    return observation.model_copy(update={"mentions": mentions, "narrative": None})


def _values(identity: Identity) -> Iterator[str]:
    if identity.document is not None:
        yield f"document|{identity.document.type}|{identity.document.number}"
    names = (identity.paternal, identity.maternal, identity.given)
    words = sorted(fold(" ".join(name for name in names if name)).split())
    if len(words) >= _FULL:
        yield "name|" + " ".join(words)
    for kind in ("initials", "protected_key", "alias"):
        value = getattr(identity, kind)
        if value:
            yield f"{kind}|{fold(value)}"
