"""Open data out of published releases of the public edition, and of nothing else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import pyarrow as pa

from app.core.errors import NotFound
from app.releases.open_data.catalogue import catalogue
from app.releases.open_data.dictionary import public_tables
from app.releases.open_data.tables import as_csv, as_parquet, lines_of
from app.releases.ports import PublishedReleases, modified_at
from app.releases.standard import StandardTable
from schemas.releases import Edition, Release

WRITTEN_AS: Final = f"2|{pa.__version__}"  # to be raised when the same releases are written in another way


class Form(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


_WRITERS: Final = {Form.CSV: as_csv, Form.PARQUET: as_parquet}


@dataclass(frozen=True, slots=True)
class Standing:
    """The releases whose figures stand, the tag of an answer made of them, and when it last was another: a
    withdrawal changes it too."""

    releases: tuple[Release, ...]
    etag: str
    modified: datetime | None


class OpenDataService:
    def __init__(self, releases: PublishedReleases) -> None:
        self._releases = releases

    async def standing(self, address: str, release: str | None = None) -> Standing:
        """``address`` tells answers apart. ``release``: that one alone, replaced or not.

        Raises ``NotFound`` where it is not published or was withdrawn: both are the same to everybody.
        """
        published = await self._releases.published(Edition.PUBLIC)
        found = [
            each
            for each in published
            if each.withdrawn_at is None
            and (each.replaced_by is None if release is None else each.manifest.release == release)
        ]
        if release is not None and not found:
            raise NotFound
        names = [f"{each.manifest.release}|{each.signature}|{each.published_at}" for each in found]
        told = "\n".join([WRITTEN_AS, address, *names])
        modified = modified_at(published if release is None else found)
        return Standing(tuple(found), sha256(told.encode()).hexdigest()[:32], modified)

    def catalogue(self, root: str, standing: Standing) -> dict[str, Any]:
        return catalogue(root, standing.releases, standing.modified)

    async def table(self, table: StandardTable, form: Form, releases: Sequence[Release]) -> bytes:
        """Every period that these releases tell of, in the order of their publication."""
        lines = []
        for each in releases:
            if all(entry.id != table.id for entry in each.manifest.tables):
                continue  # a table that was declared after it
            held = await self._releases.table(each.manifest.release, Edition.PUBLIC, table.id)
            lines += list(lines_of(table, held, each.manifest.release))
        return await asyncio.to_thread(_WRITERS[form], table, lines)


def public_table(id_: str) -> StandardTable:
    """Raises ``NotFound``; a table of the restricted edition is no more there than one that never was."""
    for table in public_tables():
        if table.id == id_:
            return table
    raise NotFound
