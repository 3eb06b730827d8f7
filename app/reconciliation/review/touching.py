"""What the mark of a decision names."""

from app.audit.acts import thing
from schemas.review import ReviewDecision


def touched(told: ReviewDecision) -> list[str]:
    """The decision, and the cases and persons that it touches."""
    named = [] if told.id is None else [thing("review_decision", told.id)]
    for effect in (told.effect, *(word.effect for word in told.words if word.effect)):
        for cluster in effect.clusters:
            ids = {*cluster.was, *({cluster.id} if cluster.id else ())}
            named += [thing(cluster.kind, each) for each in sorted(ids)]
    return list(dict.fromkeys(named))
