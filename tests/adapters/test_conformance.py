"""What holds for every source in the catalogue: generated from its sample, whatever its form.

A source added to the catalogue without a sample in ``support.native_changes`` fails the first test.
"""

import random

import pytest

from adapters.base import Form, UnreadableDelivery
from adapters.catalog import CATALOG, form_of, media_types
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import Feed, Severity
from support.deliveries import bytewise, context, translate
from support.native_changes import Native, natives

MUTATIONS = 200
NATIVES = {native.feed: native for native in natives()}

every_source = pytest.mark.parametrize("native", NATIVES.values(), ids=lambda native: native.feed.value)


def read(native: Native, content: bytes) -> list[Translation]:
    return translate(CATALOG[native.feed], content, native.form)


def said(translations: list[Translation]) -> dict[tuple[IssueCode, Severity], int]:
    found: dict[tuple[IssueCode, Severity], int] = {}
    for each in translations:
        for issue in each.issues:
            found[issue.code, issue.severity] = found.get((issue.code, issue.severity), 0) + 1
    return found


def more(native: Native, content: bytes) -> set[tuple[IssueCode, Severity]]:
    """What is said of a changed sample that is not said, or less often, of the sample."""
    before, after = said(read(native, native.content)), said(read(native, content))
    return {key for key, count in after.items() if count > before.get(key, 0)}


def test_every_source_of_the_catalogue_is_held_to_this() -> None:
    assert set(CATALOG) == set(NATIVES) == set(Feed)


@every_source
def test_the_adapter_says_what_it_is(native: Native) -> None:
    adapter = CATALOG[native.feed]
    assert adapter.feed is native.feed
    assert adapter.contract_version >= 1
    assert adapter.adapter_version >= 1
    assert native.form in adapter.forms
    assert {form_of(native.feed, name) for name in media_types(native.feed)} == adapter.forms


@every_source
def test_every_field_that_the_contract_always_has_signals_when_it_is_missing(native: Native) -> None:
    for name in native.fields:
        signals: set[tuple[IssueCode, Severity]] = set()
        try:
            signals = more(native, native.without(name))
        except UnreadableDelivery as refused:
            refusal = (refused.code, refused.columns)
        else:
            refusal = None
        assert refusal in (None, ("column_missing", (name,)))
        assert refusal or any(severity is not Severity.NOTE for _, severity in signals), name


@every_source
def test_an_added_field_signals(native: Native) -> None:
    signals = more(native, native.with_added("CAMPO_NUEVO"))
    assert signals & {
        (IssueCode.FIELD_UNEXPECTED, Severity.WARNING),
        (IssueCode.COLUMN_UNEXPECTED, Severity.WARNING),
    }


@every_source
def test_an_unknown_code_signals_and_becomes_no_value(native: Native) -> None:
    content = native.with_value(native.coded, "CODIGO JAMAS VISTO")
    assert (IssueCode.VALUE_UNKNOWN, Severity.WARNING) in more(native, content)
    shown = [
        issue.value
        for each in read(native, content)
        for issue in each.issues
        if issue.code is IssueCode.VALUE_UNKNOWN
    ]
    assert "CODIGO JAMAS VISTO" in shown


@every_source
def test_a_broken_record_is_one_rejection_more_and_changes_no_other(native: Native) -> None:
    before, after = read(native, native.content), read(native, native.broken())
    assert [each.observation for each in after[: len(before)]] == [each.observation for each in before]
    (added,) = after[len(before) :]
    assert added.rejected
    assert [issue.code for issue in added.issues] == [IssueCode.STRUCTURE_UNREADABLE]


@every_source
def test_every_record_is_either_observed_or_rejected_with_a_reason(native: Native) -> None:
    for each in read(native, native.content):
        rejections = [issue for issue in each.issues if issue.severity is Severity.REJECTION]
        assert bool(rejections) == each.rejected == (each.observation is None)
        assert each.rows


@every_source
def test_positions_rise_from_zero(native: Native) -> None:
    assert [each.position for each in read(native, native.content)] == list(
        range(len(read(native, native.content)))
    )


@every_source
def test_the_same_bytes_translate_alike_in_any_chunking(native: Native) -> None:
    adapter = CATALOG[native.feed]
    in_pieces = adapter.translate(bytewise(native.content, 97), native.form, context())
    assert list(in_pieces) == read(native, native.content)


@every_source
def test_what_is_kept_replays_to_the_same(native: Native) -> None:
    adapter = CATALOG[native.feed]
    for each in read(native, native.content):
        again = adapter.translate_verbatim(each.verbatim, context())
        assert again.observation == each.observation
        assert {issue.code for issue in again.issues} == {issue.code for issue in each.issues}


@every_source
@pytest.mark.parametrize("kept", [b"", b"{", b"[]", b"null", b"<a/>", b"\xff\x00", b"{}", b'"x"'])
def test_what_never_was_kept_replays_to_a_rejection(native: Native, kept: bytes) -> None:
    assert CATALOG[native.feed].translate_verbatim(kept, context()).rejected


@every_source
@pytest.mark.parametrize("form", list(Form))
def test_another_form_is_refused_not_guessed(native: Native, form: Form) -> None:
    if form in CATALOG[native.feed].forms:
        pytest.skip("one of its forms")
    with pytest.raises(UnreadableDelivery) as refused:
        translate(CATALOG[native.feed], native.content, form)
    assert refused.value.code == "form_unsupported"


@every_source
def test_an_empty_delivery_is_refused(native: Native) -> None:
    for form in CATALOG[native.feed].forms:
        with pytest.raises(UnreadableDelivery) as refused:
            translate(CATALOG[native.feed], b"", form)
        assert refused.value.code == "delivery_empty"


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, lost, doubled or swapped for what breaks readers."""
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(damaged))
        match chance.randrange(5):
            case 0:
                damaged[at] = chance.randrange(256)
            case 1:
                del damaged[at : at + chance.choice((1, 3, 50, 1_000))]
            case 2:
                damaged[at:at] = damaged[at : at + chance.choice((1, 20, 500))]
            case 3:
                damaged[at:at] = chance.choice(
                    (b'"', b"\0", b";", b"\n", b"{", b"]", b"<", b"&a;", b"\xff\xfe", b"\xed\xa0\x80")
                )
            case _:
                damaged[at] ^= 1 << chance.randrange(8)
        if not damaged:
            return b""
    return bytes(damaged)


@every_source
def test_random_damage_is_always_an_outcome(native: Native) -> None:
    chance = random.Random(f"{native.feed} 2026")
    adapter = CATALOG[native.feed]
    for number in range(MUTATIONS):
        content = mutated(native.content, chance)
        try:
            found = read(native, content)
        except UnreadableDelivery:
            continue
        assert [each.position for each in found] == list(range(len(found))), number
        for each in found:
            assert adapter.translate_verbatim(each.verbatim, context()).observation == each.observation, (
                number
            )
