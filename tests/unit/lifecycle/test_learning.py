"""What is believed of learnt weights, and that no name of few leaves the registry."""

import pytest

from app.lifecycle.learning import BEARERS, KEPT, Sample, bearers, implausible, learnt_terms, settled
from app.reconciliation import train
from app.reconciliation.features import MentionFeatures
from app.reconciliation.in_memory import in_memory
from app.reconciliation.scoring import LevelWeight, Model

MODEL = Model.load()
SAMPLE = Sample(pairs=1e6, matches=1e-4)
AS_KNOWN = {
    name: {level: {"m": weight.m, "u": weight.u} for level, weight in levels.items()}
    for name, levels in MODEL.levels.items()
}


def with_level(name: str, level: str, m: float, u: float) -> dict:
    return AS_KNOWN | {name: AS_KNOWN[name] | {level: {"m": m, "u": u}}}


def test_what_is_known_is_plausible() -> None:
    assert implausible(AS_KNOWN, MODEL.levels) == []


@pytest.mark.parametrize(
    ("level", "m", "u"), [("equal", 0.001, 0.9), ("differs", 0.9, 0.001), ("near", 1.0, 1e-8)]
)
def test_a_sign_or_an_order_turned_over_is_not(level: str, m: float, u: float) -> None:
    assert implausible(with_level("paternal", level, m, u), MODEL.levels)


def test_u_is_freed_of_the_pairs_that_are_one_person() -> None:
    known = {"sex": {"equal": LevelWeight(0.9, 0.5)}}
    trained = {"sex": {"equal": {"m": 0.9, "u": 0.9 * 0.1 + 0.4 * 0.9}}}  # a tenth of the pairs match
    found = settled(trained, known, Sample(pairs=1e12, matches=0.1))
    assert found["sex"]["equal"]["u"] == pytest.approx(0.4, rel=1e-6)


def test_what_the_sample_cannot_tell_stays_as_it_was() -> None:
    known = {"alias": {"equal": LevelWeight(0.5, 1e-6)}}
    trained = {"alias": {"equal": {"m": 0.5, "u": 0.01}}}  # of a thousand pairs, nobody met that level
    found = settled(trained, known, Sample(pairs=1e3, matches=0.0))
    assert found["alias"]["equal"]["u"] == pytest.approx(1e-6, rel=0.5)


def test_what_em_cannot_learn_without_labels_is_kept() -> None:
    trained = {n: {level: {"m": 0.3, "u": 0.3} for level in levels} for n, levels in MODEL.levels.items()}
    found = settled(trained, MODEL.levels, SAMPLE)
    for name in KEPT:
        assert found[name] == AS_KNOWN[name]
    assert found["paternal"] != AS_KNOWN["paternal"]
    assert {*train._LABELLED_ALONE, *(name for name, _ in train.FIXED_U)} <= KEPT


def mention(number: int, paternal: str, given: str) -> MentionFeatures:
    return MentionFeatures(role="victim", order=number, paternal=paternal, given=(given,))


def test_no_name_that_few_bear_is_told_by_a_model_file() -> None:
    """Neither as a name that was not there, nor as a share that moved."""
    known, rare = next(iter(MODEL.terms.surnames)), "ZZYZXQUILLA"
    crowd = {n: mention(n, "NUEVOCOMUN", "MARIA") for n in range(BEARERS)}
    few = {1000 + n: mention(n, rare, "XILOE") for n in range(BEARERS - 1)}
    some = {2000 + n: mention(n, known, "XILOE") for n in range(BEARERS - 1)}
    mentions = crowd | few | some
    person_of = {number: number for number in mentions}
    # one person named many times bears a name once
    again = {3000 + n: mention(n, "REPETIDA", "XILOE") for n in range(BEARERS * 2)}
    found = bearers(mentions | again, person_of | dict.fromkeys(again, 7))
    terms = learnt_terms(MODEL.terms, *found)
    assert terms["surnames"].keys() - MODEL.terms.surnames.keys() == {"NUEVOCOMUN"}
    assert {n: s for n, s in terms["surnames"].items() if n != "NUEVOCOMUN"} == dict(MODEL.terms.surnames)
    assert terms["given"]["MARIA"] != MODEL.terms.given["MARIA"]
    assert found[1]["XILOE"] >= BEARERS or "XILOE" not in terms["given"]


def test_names_in_clear_are_never_spilled_to_a_disk(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit fails, in a folder that stays empty."""
    import duckdb

    monkeypatch.chdir(tmp_path)  # type: ignore[arg-type]
    with in_memory() as connection:
        connection.execute("SET memory_limit = '20MB'")
        connection.execute("SET threads = 1")
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute("CREATE TABLE t AS SELECT md5(range::text) s FROM range(2000000)")
    assert list(tmp_path.iterdir()) == []  # type: ignore[attr-defined]
