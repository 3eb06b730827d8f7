"""What is kept for matching cannot change unnoticed: its digest stands here beside its version."""

import hashlib
from random import Random

import orjson

from app.reconciliation import features
from app.reconciliation.blocking import mention_blocks, record_blocks
from app.reconciliation.features import encode, report_features
from support.sample_story import OBSERVATIONS
from support.small_worlds import observations

DIGESTS = {
    1: "eaa15ba07cb0f09afdb766be424fcb7322ebfafdcb6db16c548af34c1b0ba9cc",
}


def test_features_and_blocks_are_those_of_their_version() -> None:
    """Where this fails: raise ``features.VERSION`` by one and write the new digest here, a new line under the
    old ones. Records held are then indexed anew. A version never released may have its line replaced."""
    digest = hashlib.sha256()
    for seen in [*OBSERVATIONS, *observations(Random(1), 400)]:
        report = report_features(seen)
        digest.update(orjson.dumps(sorted(record_blocks(report))))
        for mention in report.mentions:
            digest.update(encode(mention))
            digest.update(orjson.dumps(sorted(mention_blocks(mention, report))))
    assert DIGESTS.get(features.VERSION) == digest.hexdigest()
