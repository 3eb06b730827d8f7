"""What is kept for matching cannot change unnoticed: digests stand here beside the versions."""

import hashlib
from collections.abc import Iterator
from random import Random

import orjson

from app.reconciliation import blocking, features
from app.reconciliation.blocking import mention_blocks, record_blocks
from app.reconciliation.features import ReportFeatures, encode, report_features
from support.sample_story import OBSERVATIONS, R, V, person, record
from support.small_worlds import observations

FEATURES = {  # 1: without ``PAPERS``
    1: "5de4ddf94815a9a7622ec3513cd58af558b024d1536837ac30fc5ca2acf9a279",
    2: "9f90dc4666b0f65a1d37b1fcb617987a62e732a702ab61c7b67b29ee954846fc",
}
BLOCKS = {
    "2026.12": "24a544f0ab19b0a54336b12b0e469429b1abaf7af15cc05c38e7e6d9fd9dbd78",  # pairs of rule and value
    "2026.12b": "7a32c5650eec4b5906f5018e74ec587fe77c0dd9b58ae812608047388f770722",
}


# Papers as clerks write them: no invented world has them all.
_WRITTEN = ("PAS 004377182", "PAS AB004377", "CI 0012345678", "CI V12345678", "CE 000123456", "DNI 00233718")
PAPERS = record(R, "COM-PAPERS-2024-1", [person(V, n, doc=doc) for n, doc in enumerate(_WRITTEN, 1)])


def reports() -> Iterator[ReportFeatures]:
    return map(report_features, [*OBSERVATIONS, *observations(Random(1), 400)])


def test_features_are_those_of_their_version() -> None:
    """Where this fails: raise ``features.VERSION`` by one and write the new digest here, a new line under the
    old ones. Records held are then indexed anew. A version never released may have its line replaced."""
    digest = hashlib.sha256()
    for report in (*reports(), report_features(PAPERS)):
        for mention in report.mentions:
            digest.update(encode(mention))
    assert FEATURES.get(features.VERSION) == digest.hexdigest()


def test_blocks_are_those_of_their_version() -> None:
    """As above, of ``blocking.VERSION``: the next run over everything makes the keys anew."""
    digest = hashlib.sha256()
    for report in reports():
        digest.update(orjson.dumps(sorted(map(list, record_blocks(report)))))
        for mention in report.mentions:
            digest.update(orjson.dumps(sorted(map(list, mention_blocks(mention, report)))))
    assert BLOCKS.get(blocking.VERSION) == digest.hexdigest()
