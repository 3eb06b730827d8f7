"""Answers that a client may hold already: tags, dates, how long others may keep them (RFC 9110 13)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from fastapi import Request, Response

OPEN: Final[Mapping[str, str]] = {
    "Cache-Control": "public, max-age=60",
    "Access-Control-Allow-Origin": "*",  # pages of others may read what is public
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Of what everybody may have: a minute old at most, so that what is taken back is gone soon."""


def validators(etag: str, modified: datetime | None) -> dict[str, str]:
    dated = {} if modified is None else {"Last-Modified": format_datetime(_whole(modified), usegmt=True)}
    return {"ETag": f'"{etag}"', **dated}


def held_already(request: Request, etag: str, modified: datetime | None) -> bool:
    """By ``If-None-Match``; only without one, by ``If-Modified-Since``."""
    tags = request.headers.getlist("if-none-match")
    if tags:
        known = {each.strip().removeprefix("W/").strip('"') for tag in tags for each in tag.split(",")}
        return etag in known or "*" in known
    since = _date(request.headers.get("if-modified-since"))
    return since is not None and modified is not None and _whole(modified) <= since


def not_modified(headers: Mapping[str, str]) -> Response:
    return Response(status_code=304, headers=dict(headers))


def _date(given: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(given or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _whole(moment: datetime) -> datetime:
    """Dates of HTTP have no fractions; ``format_datetime`` wants UTC itself."""
    return moment.astimezone(UTC).replace(microsecond=0)
