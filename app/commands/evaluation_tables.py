"""What ``intertrata evaluate`` prints."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from app.commands.rehearsing import Figures
from app.reconciliation.rehearsal import BlockingRecall
from app.world.agreement import Agreement, Score
from app.world.evaluate import Report

_WIDTH = 118  # columns that the tables need


def _cells(score: Score) -> tuple[str, str, str]:
    return f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.f1:.4f}"


def _agreements(report: Report) -> Iterator[tuple[str, Agreement]]:
    yield "víctimas / victims", report.victims
    yield "presuntos autores / suspects", report.suspects
    yield "personas / persons", report.persons
    if report.identifiable is not None:
        yield "  sin NN / without NN", report.identifiable
    yield "casos / cases", report.cases


def print_report(report: Report, ceiling: Report | None) -> None:
    console = Console()
    console.width = max(console.width, _WIDTH)
    _print_agreements(console, report)
    if ceiling is not None:
        console.print("techo / ceiling:")
        _print_agreements(console, ceiling)
        _print_distances(console, report, ceiling)
    console.print("max*: el mayor grupo verdadero / the biggest true cluster", style="dim")
    _print_slices(console, report)
    _print_feeds(console, report)
    console.print(
        f"faltan / missing: {report.missing_mentions} menciones / mentions, "
        f"{report.missing_records} registros / records; sobran / extra: {report.extra_rows}; "
        f"sin caso en un caso / caseless in a case: {report.caseless_in_a_case}"
    )


def _print_agreements(console: Console, report: Report) -> None:
    table = Table("", "n", "P", "R", "F1", "B³ P", "B³ R", "B³ F1", "max", "max*", "mezcla / mixed")
    for name, agreed in _agreements(report):
        table.add_row(
            name,
            str(agreed.items),
            *_cells(agreed.pairwise),
            *_cells(agreed.bcubed),
            str(agreed.biggest),
            str(agreed.true_biggest),
            str(agreed.mixed_clusters),
        )
    console.print(table)


def _print_slices(console: Console, report: Report) -> None:
    slices = Table("parte / slice", "n", "B³ P", "B³ R", "B³ F1", "bien vinculadas / linked right")
    for part in report.slices:
        share = f"{part.linked_right / part.with_partner:.4f}" if part.with_partner else "-"
        slices.add_row(part.name, str(part.mentions), *_cells(part.bcubed), f"{share} / {part.with_partner}")
    console.print(slices)


def _print_feeds(console: Console, report: Report) -> None:
    pairs = Table("fuentes / feeds", "P", "R", "F1", "casos / cases P", "R", "F1")
    for people, cases in zip(report.feed_pairs, report.case_feed_pairs, strict=True):
        pairs.add_row(people.name, *_cells(people.pairwise), *_cells(cases.pairwise))
    console.print(pairs)


def _print_distances(console: Console, report: Report, ceiling: Report) -> None:
    """Ceiling less ours: what is left to gain; below 0, more than the oracle's rules can."""
    table = Table("hasta el techo / to the ceiling", "F1", "B³ F1")
    for (name, ours), (_, highest) in zip(_agreements(report), _agreements(ceiling), strict=True):
        pairwise, bcubed = (
            getattr(highest, measure).f1 - getattr(ours, measure).f1 for measure in ("pairwise", "bcubed")
        )
        table.add_row(name, f"{pairwise:+.4f}", f"{bcubed:+.4f}")
    console.print(table)


def print_figures(found: Figures) -> None:
    print_report(found.report, found.ceiling)
    console = Console()
    console.width = max(console.width, _WIDTH)
    _print_proofs(console, found)
    _print_blocking(console, "menciones / mentions", found.mention_blocks)
    _print_blocking(console, "registros / records", found.record_blocks)
    if found.splink is not None:
        _print_splink(console, found)


def _print_proofs(console: Console, found: Figures) -> None:
    table = Table(
        "clase / kind", "P desde el umbral / from the upper threshold", "vinculados / linked",
        "a revisión / to review", "error de calibración / calibration error",
    )  # fmt: skip
    for kind, proof in found.proofs.items():
        table.add_row(
            kind, f"{proof.precision:.5f}", str(proof.linked), str(proof.to_review), f"{proof.error:.4f}"
        )
    console.print(table)


def _print_blocking(console: Console, name: str, found: BlockingRecall) -> None:
    table = Table(f"bloques / blocks: {name}", "pares / pairs", "parte / share")
    table.add_row("todas las reglas / every rule", str(found.found), f"{found.recall:.4f}")
    for rule, count in sorted(found.by_rule.items(), key=lambda item: -item[1]):
        table.add_row(f"  {rule}", str(count), f"{count / max(found.pairs, 1):.4f}")
    table.add_row("  solo por el caso / by their case alone", str(found.in_case), "")
    console.print(table)


def _print_splink(console: Console, found: Figures) -> None:
    """How far from Splink's best threshold to the ceiling ours stands; 1 is the ceiling."""
    table = Table("personas / persons", "Splink", "nosotros / ours", "techo / ceiling", "camino / way")
    best = found.splink or {}
    for measure, splink in best.items():
        ours, top = (getattr(r.persons, measure).f1 for r in (found.report, found.ceiling))
        way = f"{(ours - splink) / (top - splink):.2f}" if top > splink else "-"
        table.add_row(measure, f"{splink:.4f}", f"{ours:.4f}", f"{top:.4f}", way)
    console.print(table)


def print_robustness(found: dict[str, Figures]) -> None:
    console = Console()
    console.width = max(console.width, _WIDTH)
    table = Table(
        "variación / variation", "personas F1", "B³", "techo B³", "casos F1", "B³", "techo B³", "ocultas",
        "P víctima", "P autor", "P caso",
    )  # fmt: skip
    for name, one in found.items():
        ours, top = one.report, one.ceiling
        hidden = next(part for part in ours.slices if part.name == "initials_or_key_cited")
        table.add_row(
            name,
            f"{ours.persons.pairwise.f1:.4f}",
            f"{ours.persons.bcubed.f1:.4f}",
            f"{top.persons.bcubed.f1:.4f}",
            f"{ours.cases.pairwise.f1:.4f}",
            f"{ours.cases.bcubed.f1:.4f}",
            f"{top.cases.bcubed.f1:.4f}",
            f"{hidden.linked_right / max(hidden.with_partner, 1):.3f}",
            *(f"{proof.precision:.4f}" for proof in one.proofs.values()),
        )
    console.print(table)


def print_febrl(found: dict[str, dict[str, float]]) -> None:
    table = Table("FEBRL4", "P", "R", "F1")
    for name, score in found.items():
        table.add_row(name, *(f"{score[part]:.4f}" for part in ("precision", "recall", "f1")))
    Console().print(table)
