"""What ingestion stores of an observation for matching: sealed features and blind keys. Pure; thread-safe."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.ingestion.ports import MentionIndex, RecordIndex
from app.reconciliation import features
from app.reconciliation.blocking import Block, mention_blocks, record_blocks
from app.reconciliation.features import MentionFeatures, ReportFeatures, decode, encode, report_features
from app.security.blind import BlindIndex
from schemas.observations import Observation
from schemas.vocabulary import Role


@dataclass(frozen=True, slots=True)
class RecordKeys:
    record_keys: tuple[int, ...]
    mention_keys: tuple[tuple[int, ...], ...]


class FeatureIndexer:
    """Fulfils ``app.ingestion.ports.Indexer``. The rule's name is the label of its blind keys."""

    version = features.VERSION

    def __init__(self, blind: BlindIndex) -> None:
        self._blind = blind

    def index(self, observation: Observation) -> RecordIndex:
        """A record that makes no case (annulled, follow-up, another call) has no mention to resolve."""
        report = report_features(observation)
        if not report.makes_case:
            report = replace(report, mentions=())
        mentions = {(Role(m.role), m.order): self._mention(m, report) for m in report.mentions}
        return RecordIndex(self._keys("record", record_blocks(report)), mentions)

    def keys(self, report: ReportFeatures) -> RecordKeys:
        """Of a record that is held; ``mention_keys`` run parallel to its mentions."""
        return RecordKeys(
            self._keys("record", record_blocks(report)),
            tuple(self._keys("mention", mention_blocks(mention, report)) for mention in report.mentions),
        )

    def anonymous(self, features: bytes) -> bytes:
        """Role, sex and nationality stay; an exact date of birth names somebody and goes with the rest."""
        known = decode(features)
        born = (None, None) if known.birth else (known.birth_lo, known.birth_hi)
        nobody = MentionFeatures(
            role=known.role,
            order=known.order,
            birth_lo=born[0],
            birth_hi=born[1],
            sex=known.sex,
            nationality=known.nationality,
        )
        return encode(nobody)

    def _mention(self, mention: MentionFeatures, report: ReportFeatures) -> MentionIndex:
        return MentionIndex(encode(mention), self._keys("mention", mention_blocks(mention, report)))

    def _keys(self, of: str, blocks: Iterable[Block]) -> tuple[int, ...]:
        return tuple(sorted({b.signed(self._blind.key(f"{of}:{b.rule}", b.value)) for b in blocks}))
