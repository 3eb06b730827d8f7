"""The benchmarks run, at a size that says nothing: what they measure is not judged here."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from bench.__main__ import PARTS, run
from bench.rig import rig
from bench.sizes import Sizes
from schemas.vocabulary import Feed


@pytest.mark.slow
def test_every_measurement_runs_and_finds_something(tmp_path: Path) -> None:
    sizes = replace(Sizes.of(0.002, repeats=1), mentions=(1000,), feeds=(Feed.RETA_PNP,))
    with rig(tmp_path / "home") as made:
        findings = run(made, sizes, frozenset(PARTS), Console(stderr=True))
    written = orjson.loads(findings.write(tmp_path / "results").read_bytes())
    assert {figure["group"] for figure in written["figures"]} == set(PARTS)
    zero = {"exponent", "gap"}  # what may be nothing
    assert all(figure["ours"] > 0 for figure in written["figures"] if figure["unit"] not in zero)
    assert all(figure["reached"] is not None for figure in written["figures"] if figure["asked"] is not None)
    assert findings.page().count("\n") == len(findings.figures) + 2
