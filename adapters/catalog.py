"""Every source there is. A new one is a folder of its own and a line here."""

from collections.abc import Mapping

from adapters.base import MEDIA_TYPES, Adapter, Form
from adapters.linea_1818 import Linea1818
from adapters.poder_judicial import PoderJudicial
from adapters.reta_pnp import RetaPnp
from adapters.sistra import Sistra
from schemas.vocabulary import Feed

CATALOG: Mapping[Feed, Adapter] = {
    adapter.feed: adapter for adapter in (RetaPnp(), Sistra(), PoderJudicial(), Linea1818())
}


def form_of(feed: Feed, media_type: str) -> Form | None:
    """The form that a ``Content-Type`` means for this feed; None where the feed takes no such form."""
    form = MEDIA_TYPES.get(media_type.partition(";")[0].strip().lower())
    return form if form in CATALOG[feed].forms else None


def media_types(feed: Feed) -> tuple[str, ...]:
    """The media types that a feed takes."""
    return tuple(name for name, form in MEDIA_TYPES.items() if form in CATALOG[feed].forms)
