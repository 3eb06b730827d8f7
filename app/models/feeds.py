"""How a set of feeds is kept in one small integer: most significant bit first, as figures are told."""

from schemas.vocabulary import Feed

FEED_ORDER = (Feed.LINEA_1818, Feed.RETA_PNP, Feed.SISTRA, Feed.PODER_JUDICIAL)
FEED_BITS: dict[str, int] = {feed.value: 8 >> place for place, feed in enumerate(FEED_ORDER)}


def feeds_of(bits: int) -> tuple[Feed, ...]:
    """The feeds of a bit set, in the order of figures: linea-1818, reta-pnp, sistra, poder-judicial."""
    return tuple(feed for feed in FEED_ORDER if bits & FEED_BITS[feed.value])
