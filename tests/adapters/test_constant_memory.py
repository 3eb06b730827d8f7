"""A file many times larger is read in the same memory. Each measure is taken in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "large_deliveries.py"
FORMS = [("reta-pnp", "csv"), ("sistra", "ndjson"), ("sistra", "json"), ("poder-judicial", "xml")]
MOST_GROWTH = 150  # MiB


def grown(feed: str, form: str, mebibytes: int, *options: str) -> float:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), feed, form, str(mebibytes), *options],
        check=True,
        capture_output=True,
        timeout=280,
    )
    measured = json.loads(done.stdout)
    assert measured["records"] > 100 * mebibytes
    return float(measured["grown"])


@pytest.mark.slow
@pytest.mark.parametrize(("feed", "form"), FORMS)
def test_a_file_of_300_mebibytes_takes_no_more_memory_than_a_small_one(feed: str, form: str) -> None:
    assert grown(feed, form, 300, "--pieces") < MOST_GROWTH


@pytest.mark.slow
@pytest.mark.parametrize(("feed", "form"), FORMS)
def test_translations_do_not_pile_up(feed: str, form: str) -> None:
    assert grown(feed, form, 20) < MOST_GROWTH
