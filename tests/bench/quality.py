"""``python -m bench.quality``: the tables of ``docs/benchmarks/quality.md``, each of one run of the command
above it.

Seeds on the command line, so that they can be such as nothing was chosen on: of the worlds of normal and hard
difficulty with Splink beside, of the larger two, of that of namesakes and of the varied ones.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

Found = Mapping[str, Any]
_ROWS: Final = {
    "victims": "victims",
    "suspects": "suspects",
    "persons": "persons",
    "identifiable": "persons without NN",
    "cases": "cases",
}
_KINDS: Final = ("victim", "suspect", "case")


def evaluated(*arguments: str) -> Found:
    """What the command tells machines. Raises CalledProcessError."""
    command = [sys.executable, "-m", "app.cli", "evaluate", *arguments, "--json"]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    told: Found = json.loads(ended.stdout)
    return told


def quality(
    normal: Annotated[str, typer.Option(help="seed:normal:mentions")] = "77:normal:10000",
    hard: Annotated[str, typer.Option(help="seed:hard:mentions")] = "78:hard:10000",
    larger: Annotated[str, typer.Option(help="seed:normal:mentions")] = "91:normal:100000",
    larger_hard: Annotated[str, typer.Option(help="seed:hard:mentions")] = "92:hard:40000",
    namesakes: Annotated[str, typer.Option(help="seed:normal:mentions")] = "80:normal:10000",
    varied: Annotated[str, typer.Option(help="seed:normal:mentions")] = "93:normal:6000",
) -> None:
    """Print the tables as Markdown, as they come; the summary of the four worlds last."""
    worlds: dict[str, Found] = {}
    for world, beside in ((normal, True), (hard, True), (larger_hard, False), (larger, False)):
        arguments = ("--world", world, *(("--splink",) if beside else ()))
        worlds[world] = evaluated(*arguments)
        _say(_of_world(arguments, worlds[world]))
    arguments = ("--world", namesakes, "--variation", "homonyms")
    _say(_of_world(arguments, evaluated(*arguments)))
    _say(_of_variations(varied, evaluated("--robustness", "--world", varied)))
    _say(_febrl(evaluated("--febrl4")))
    _say(_asked(worlds))


def _say(lines: Iterator[str]) -> None:
    typer.echo("\n".join((*lines, "")))


def _of_world(arguments: tuple[str, ...], found: Found) -> Iterator[str]:
    yield f"`intertrata evaluate {' '.join(arguments)} --json`\n"
    yield "| | pairwise | B-cubed | ceiling, pairwise | ceiling, B-cubed |\n|---|---|---|---|---|"
    for key, name in _ROWS.items():
        scores = (side[key][how] for side in (found, found["ceiling"]) for how in ("pairwise", "bcubed"))
        yield f"| {name} | {' | '.join(map(_score, scores))} |"
    mentions, records = (found["blocking"][each] for each in ("mentions", "records"))
    yield (
        f"\nBlocking recall: {mentions['recall']:.4f} of true pairs of mentions ({mentions['in_case']} of "
        f"{mentions['pairs']} by their case alone), {records['recall']:.4f} of true pairs of records. "
        f"Persons that hold mentions of more than one: {found['persons']['mixed_clusters']}; cases: "
        f"{found['cases']['mixed_clusters']}. At the upper threshold: "
        + ", ".join(f"{kind} {found['kinds'][kind]['precision']:.4f}" for kind in _KINDS)
        + f"; the largest person {found['persons']['biggest']}, the true largest "
        f"{found['persons']['true_biggest']}."
    )


def _score(of: Mapping[str, float]) -> str:
    return " / ".join(f"{of[each]:.4f}" for each in ("precision", "recall", "f1"))


def _of_variations(world: str, found: Found) -> Iterator[str]:
    yield f"`intertrata evaluate --robustness --world {world}`\n"
    yield (
        "| variation | persons F1 | B-cubed | ceiling B-cubed | cases F1 | B-cubed | ceiling B-cubed | "
        "initials or key, cited | P victims | P suspects | P cases |\n" + "|---" * 11 + "|"
    )
    for name, one in found.items():
        figures = [
            f"{one[what][how]['f1']:.4f}" if side is None else f"{one[side][what][how]['f1']:.4f}"
            for what in ("persons", "cases")
            for side, how in ((None, "pairwise"), (None, "bcubed"), ("ceiling", "bcubed"))
        ]
        right, of = _cited(one)
        precisions = (f"{one['kinds'][kind]['precision']:.4f}" for kind in _KINDS)
        yield f"| {name} | {' | '.join((*figures, f'{right / of:.3f}', *precisions))} |"


def _cited(found: Found) -> tuple[int, int]:
    """Of initials and keys alone whose record cites or is cited: linked right, and how many have anybody."""
    part = next(each for each in found["slices"] if each["name"] == "initials_or_key_cited")
    return part["linked_right"], part["with_partner"]


def _febrl(found: Found) -> Iterator[str]:
    yield f"`intertrata evaluate --febrl4`\n\n```json\n{json.dumps(found, indent=2)}\n```"


def _asked(worlds: Mapping[str, Found]) -> Iterator[str]:
    yield f"| asked | {' | '.join(worlds)} |\n|---|{'---|' * len(worlds)}"
    for name, figure in _FIGURES.items():
        yield f"| {name} | {' | '.join(figure(found) for found in worlds.values())} |"


def _below(what: str) -> Any:
    def figure(found: Found) -> str:
        return f"{found['ceiling'][what]['bcubed']['f1'] - found[what]['bcubed']['f1']:.4f}"

    return figure


def _way(how: str) -> Any:
    """From Splink's best to the ceiling, how far ours is."""

    def figure(found: Found) -> str:
        if not found.get("splink"):
            return "not run"
        theirs, ours = found["splink"][how], found["persons"][how]["f1"]
        return f"{(ours - theirs) / (found['ceiling']['persons'][how]['f1'] - theirs):.2f}"

    return figure


def _share(found: Found) -> str:
    right, of = _cited(found)
    return f"{right / of:.3f} of {of}"


def _kind(kind: str, figure: str) -> Any:
    def told(found: Found) -> str:
        of = found["kinds"][kind]
        return f"{of[figure]:.4f}" + (f" of {of['linked']}" if figure == "precision" else "")

    return told


_FIGURES: Final[Mapping[str, Any]] = {
    "persons, B-cubed F1: ceiling less ours (at most .012 normal, .02 hard)": _below("persons"),
    "cases, B-cubed F1: ceiling less ours (at most .006 normal, .01 hard)": _below("cases"),
    "persons, pairwise: way from Splink's best to the ceiling (at least .25)": _way("pairwise"),
    "persons, B-cubed: the same": _way("bcubed"),
    "initials and keys whose record cites or is cited, linked right (at least .80)": _share,
    "biggest person, true biggest (at most 2 more)": lambda found: (
        f"{found['persons']['biggest']}, {found['persons']['true_biggest']}"
    ),
    **{
        f"precision at the upper threshold, {kind} (at least .998)": _kind(kind, "precision")
        for kind in _KINDS
    },
    **{f"expected calibration error, {kind}": _kind(kind, "error") for kind in _KINDS},
    "pairs for a reviewer: victims, suspects, cases": lambda found: ", ".join(
        str(found["kinds"][kind]["to_review"]) for kind in _KINDS
    ),
}

if __name__ == "__main__":
    typer.run(quality)
