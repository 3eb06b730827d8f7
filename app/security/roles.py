"""Who calls, as ten described roles: each a set of scopes and the limit to rows that belongs to it. Pure.

A role is what an operator chooses when a client is made; the client carries the scopes and the row scope
that come of it. Single scopes can still be given without a role.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.security import scopes
from app.security.scopes import FeedAct, feed_scope
from schemas.problems import Sentence
from schemas.vocabulary import Feed


class Role(StrEnum):
    INSTITUTION_PUSHER = "institution-pusher"
    INSTITUTION_READER = "institution-reader"
    ANALYST = "analyst"
    REGIONAL_ANALYST = "regional-analyst"
    REVIEWER = "reviewer"
    IDENTITY_OFFICER = "identity-officer"
    STATISTICIAN = "statistician"
    INEI = "inei"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class LimitedTo(StrEnum):
    """The rows that a role's clients see."""

    REGISTRY = "registry"
    FEED = "feed"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Description:
    sentence: Sentence
    scopes: tuple[str, ...]
    of_feed: tuple[FeedAct, ...] = ()  # scopes on the institution's own feed
    limited_to: LimitedTo = LimitedTo.REGISTRY

    def scopes_for(self, feed: Feed | None) -> tuple[str, ...]:
        """Every scope of the role, for an institution with this feed."""
        own = tuple(feed_scope(feed, act) for act in self.of_feed) if feed is not None else ()
        return (*own, *self.scopes)


ROLES: Final[Mapping[Role, Description]] = {
    Role.INSTITUTION_PUSHER: Description(
        Sentence(
            "Sistema de una institución que entrega sus registros y sigue sus entregas.",
            "An institution's system that delivers its records and follows its deliveries.",
        ),
        (),
        (FeedAct.WRITE,),
        LimitedTo.FEED,
    ),
    Role.INSTITUTION_READER: Description(
        Sentence(
            "Personal de una institución: sus registros enteros, y cifras; de los demás, números y etapas.",
            "An institution's staff: its own records whole, and figures of them; of the others', numbers and"
            " stages.",
        ),
        (
            scopes.REGISTRY_READ,
            scopes.CHANGES_READ,
            scopes.FEEDS_READ,
            scopes.BREAK_GLASS,
            scopes.STATISTICS_EXACT,
        ),
        (FeedAct.READ,),
        LimitedTo.FEED,
    ),
    Role.ANALYST: Description(
        Sentence(
            "Analista nacional: casos y personas sin identidad, y estadísticas.",
            "A national analyst: cases and persons without identity, and statistics.",
        ),
        (
            scopes.REGISTRY_READ,
            scopes.STATISTICS_READ,
            scopes.STATISTICS_EXACT,
            scopes.CHANGES_READ,
            scopes.FEEDS_READ,
        ),
    ),
    Role.REGIONAL_ANALYST: Description(
        Sentence(
            "Analista de un gobierno regional: los casos y las cifras de su departamento, sin identidad.",
            "A regional government's analyst: cases and figures of one department, without identity.",
        ),
        (scopes.REGISTRY_READ, scopes.CHANGES_READ, scopes.FEEDS_READ, scopes.STATISTICS_EXACT),
        limited_to=LimitedTo.DEPARTMENT,
    ),
    Role.REVIEWER: Description(
        Sentence(
            "Revisor: decide los pares que la máquina no puede decidir.",
            "A reviewer: settles the pairs that the machine cannot decide.",
        ),
        (scopes.REGISTRY_READ, scopes.REVIEW),
    ),
    Role.IDENTITY_OFFICER: Description(
        Sentence(
            "Oficial de identidad: abre la identidad de una persona, con caso y motivo.",
            "An identity officer: opens one person's identity, with a case and a reason.",
        ),
        (scopes.REGISTRY_READ, scopes.IDENTITY_READ),
    ),
    Role.STATISTICIAN: Description(
        Sentence(
            "Estadístico: cifras exactas y preparación de publicaciones.",
            "A statistician: exact figures, and the making of releases.",
        ),
        (
            scopes.STATISTICS_READ,
            scopes.STATISTICS_EXACT,
            scopes.RELEASES_MANAGE,
            scopes.RELEASES_RESTRICTED,
            scopes.FEEDS_READ,
        ),
    ),
    Role.INEI: Description(
        Sentence(
            "INEI: estadísticas y publicaciones, también antes de su fecha.",
            "INEI: statistics and releases, also before their date.",
        ),
        (scopes.STATISTICS_READ, scopes.RELEASES_RESTRICTED, scopes.RELEASES_EMBARGO),
    ),
    Role.AUDITOR: Description(
        Sentence(
            "Auditor: quién vio y decidió qué; revisa los accesos de urgencia.",
            "An auditor: who saw and decided what; reviews urgent access.",
        ),
        (scopes.AUDIT_READ, scopes.BREAK_GLASS_REVIEW),
    ),
    Role.OPERATOR: Description(
        Sentence(
            "Operador del servicio: métricas, estado y modelos; ninguna persona.",
            "The service's operator: metrics, state and models; no person.",
        ),
        (scopes.OPERATOR, scopes.FEEDS_READ, scopes.MODELS_MANAGE),
    ),
}

LIMITABLE: Final = frozenset(
    {
        *(feed_scope(feed, act) for feed in Feed for act in FeedAct),
        scopes.REGISTRY_READ,
        scopes.CHANGES_READ,
        scopes.FEEDS_READ,
        scopes.IDENTITY_READ,
        scopes.BREAK_GLASS,
        scopes.STATISTICS_EXACT,
    }
)
"""Scopes whose routes work inside a row scope; a limited client can have no others."""
