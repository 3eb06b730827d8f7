"""What readers of releases (SDMX, open data) are given: published releases and their tables, nothing else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from schemas.releases import Edition, Release, ReleaseTable


class PublishedReleases(Protocol):
    async def published(self, edition: Edition) -> tuple[Release, ...]:
        """Every release that was ever published and is past its embargo, in order of publication.

        A version that a later one replaced is among them (``replaced_by``: the next one), one that was
        withdrawn is too (``withdrawn_at``), and replaces for good what it had replaced: who keeps history
        needs both, who serves the figures that stand takes neither.
        """
        ...

    async def table(self, release: str, edition: Edition, table: str) -> ReleaseTable:
        """One table, also of a replaced version. Raises ``NotFound``, for a withdrawn release as well."""
        ...


def modified_at(releases: Sequence[Release]) -> datetime | None:
    """When what stands of them last changed: one came out, or was withdrawn."""
    moments = [each.published_at for each in releases]
    moments += [each.withdrawn_at for each in releases if each.withdrawn_at is not None]
    return max(moments, default=None)
