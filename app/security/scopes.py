"""What a client may be allowed: the described list. A scope that is not here does not exist."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from schemas.problems import Sentence
from schemas.vocabulary import Feed

REGISTRY_READ: Final = "registry:read"
STATISTICS_READ: Final = "statistics:read"
CHANGES_READ: Final = "changes:read"
FEEDS_READ: Final = "feeds:read"
OPERATOR: Final = "operator"
IDENTITY_READ: Final = "identity:read"
BREAK_GLASS: Final = "break-glass"
BREAK_GLASS_REVIEW: Final = "break-glass:review"
REVIEW: Final = "review"
MODELS_MANAGE: Final = "models:manage"
AUDIT_READ: Final = "audit:read"
STATISTICS_EXACT: Final = "statistics:exact"
RELEASES_MANAGE: Final = "releases:manage"
RELEASES_EMBARGO: Final = "releases:embargo"
RELEASES_RESTRICTED: Final = "releases:restricted"
SUBJECTS: Final = "subjects"


class FeedAct(StrEnum):
    READ = "read"
    WRITE = "write"


def feed_scope(feed: Feed, act: FeedAct) -> str:
    return f"feed:{feed}:{act}"


_INSTITUTIONS: Final[Mapping[Feed, str]] = {
    Feed.RETA_PNP: "RETA-PNP",
    Feed.SISTRA: "SISTRA",
    Feed.PODER_JUDICIAL: "Poder Judicial",
    Feed.LINEA_1818: "Línea 1818",
}


def _of_feeds() -> dict[str, Sentence]:
    scopes: dict[str, Sentence] = {}
    for feed, name in _INSTITUTIONS.items():
        scopes[feed_scope(feed, FeedAct.WRITE)] = Sentence(
            f"Entregar registros de {name} y ver sus entregas.",
            f"Deliver records of {name} and see its deliveries.",
        )
        scopes[feed_scope(feed, FeedAct.READ)] = Sentence(
            f"Ver los registros de {name}, sus entregas y sus números en las otras instituciones.",
            f"See the records of {name}, its deliveries and their numbers in the other institutions.",
        )
    return scopes


SCOPES: Final[Mapping[str, Sentence]] = {
    **_of_feeds(),
    REGISTRY_READ: Sentence(
        "Leer casos y personas del registro unificado, sin identidades.",
        "Read cases and persons of the unified registry, without identities.",
    ),
    STATISTICS_READ: Sentence("Leer las estadísticas.", "Read the statistics."),
    CHANGES_READ: Sentence(
        "Seguir los cambios del registro, en orden.", "Follow what changes in the registry, in order."
    ),
    FEEDS_READ: Sentence("Ver la salud de las fuentes.", "See the health of the feeds."),
    MODELS_MANAGE: Sentence(
        "Ver los modelos de vinculación y su historia.", "See the linking models and their history."
    ),
    OPERATOR: Sentence("Operar el servicio: métricas y estado.", "Operate the service: metrics and state."),
    IDENTITY_READ: Sentence(
        "Abrir la identidad de una persona, con caso y motivo.",
        "Open the identity of one person, with a case and a reason.",
    ),
    BREAK_GLASS: Sentence(
        "Pedir acceso de urgencia a una persona o un caso, con aviso y revisión.",
        "Take urgent access to one person or case, with notice and review.",
    ),
    BREAK_GLASS_REVIEW: Sentence(
        "Revisar los accesos de urgencia de otros.", "Review the urgent access that others took."
    ),
    REVIEW: Sentence(
        "Revisar pares dudosos: verlos, decidir, separar, unir y fijar valores.",
        "Review doubtful pairs: see them, decide, split, merge and pin values.",
    ),
    AUDIT_READ: Sentence("Leer la bitácora de accesos y sus pruebas.", "Read the audit log and its proofs."),
    STATISTICS_EXACT: Sentence(
        "Leer cifras sin control de divulgación.", "Read figures without disclosure control."
    ),
    RELEASES_MANAGE: Sentence("Preparar y publicar cifras.", "Prepare and publish releases."),
    RELEASES_EMBARGO: Sentence("Leer publicaciones antes de su fecha.", "Read releases before their date."),
    RELEASES_RESTRICTED: Sentence(
        "Leer la edición reservada de las publicaciones, exacta, bajo secreto estadístico.",
        "Read the restricted edition of releases, exact, under statistical secrecy.",
    ),
    SUBJECTS: Sentence(
        "Atender los derechos de una persona sobre sus datos: copia y supresión.",
        "Serve a person's rights over their data: copy and erasure.",
    ),
}


class UnknownScope(ValueError):
    """A scope that is on no list."""


def checked(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes in the order of the list, each once. Raises ``UnknownScope`` (without repeating it)."""
    wanted = set(scopes)
    if not wanted <= SCOPES.keys():
        raise UnknownScope("a scope is not on the list")
    return tuple(scope for scope in SCOPES if scope in wanted)
