"""Counts, orders, and numbers of records."""

import re

from adapters.reading.notes import Cell
from adapters.reading.words import is_unknown
from schemas.identifiers import citation_key
from schemas.observations import Citation
from schemas.translation import IssueCode
from schemas.vocabulary import CitationRelation, Feed

LONGEST_NUMBER = 100  # characters; the longest known form has 35
_COUNT = re.compile(r"(\d{1,6})(?:[.,]0+)?")


def read_count(cell: Cell) -> int | None:
    """A whole number from 0; None where unknown, with a warning where it is no number."""
    if cell.known is None:
        return None
    match = _COUNT.fullmatch(cell.text) if cell.text.isascii() else None
    if match is None:
        cell.warn(IssueCode.NUMBER_UNREADABLE)
        return None
    return int(match[1])


def parse_order(text: str) -> int | None:
    """A person's order in a record, from 1; None where the text is none."""
    match = _COUNT.fullmatch(text.strip()) if text.isascii() else None
    return int(match[1]) or None if match else None


def read_record_number(cell: Cell) -> str | None:
    """A record's own number, trimmed and in upper case, else as received. None rejects the record."""
    if cell.known is None:
        cell.reject(IssueCode.NUMBER_MISSING)
        return None
    number = parse_record_number(cell.text)
    if number is None:
        cell.reject(IssueCode.TOO_LARGE)
    return number


def parse_record_number(text: str) -> str | None:
    """The number ``read_record_number`` reads in a text, or None where that would reject it."""
    number = text.strip().upper()
    return number if len(number) <= LONGEST_NUMBER and not is_unknown(text) else None


def read_citations(
    cell: Cell, feed: Feed, relation: CitationRelation = CitationRelation.COUNTERPART
) -> tuple[Citation, ...]:
    """The cited number, as written and in the form in which it compares; an unreadable one is kept."""
    if cell.known is None:
        return ()
    key = citation_key(feed, cell.text)
    if key is None:
        cell.warn(IssueCode.NUMBER_UNREADABLE)
    return (Citation(feed=feed, raw=cell.text[:LONGEST_NUMBER], key=key, relation=relation),)
