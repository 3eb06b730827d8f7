"""What was published, as it is served: the one place where embargo and withdrawal are looked at.

To whom a release is not out, it does not exist: nothing here answers differently for it.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.clock import Clock
from app.db.engine import ReadSession
from app.releases.building import CHANGES
from app.releases.errors import NotReleased
from app.releases.repository import Frozen, FrozenManifest, ReleaseRepository, Seen
from app.releases.visible import Visible
from schemas.releases import Edition, Manifest, Release, ReleaseState, ReleaseTable


@dataclass(frozen=True, slots=True)
class Served:
    """A release with the very bytes of its manifest."""

    release: Release
    manifest: FrozenManifest


class PublishedReader:
    """For one caller at one instant."""

    def __init__(self, session: ReadSession, visible: Visible) -> None:
        self._repository = ReleaseRepository(session)
        self._visible = visible

    async def published(self, edition: Edition) -> tuple[Release, ...]:
        """See ``PublishedReleases``."""
        return tuple(served.release for served in await self._served(edition))

    async def latest(self, edition: Edition) -> Served:
        """Of the latest period, the version that stands. Raises ``NotReleased``."""
        standing = [each for each in await self._served(edition) if _stands(each.release)]
        if not standing:
            raise NotReleased
        return max(standing, key=lambda each: each.release.manifest.first_day)

    async def one(self, release: str, edition: Edition) -> Served:
        """Raises ``NotReleased``."""
        for served in await self._served(edition):
            if served.release.manifest.release == release:
                return served
        raise NotReleased

    async def table(self, release: str, edition: Edition, table: str) -> ReleaseTable:
        """See ``PublishedReleases``."""
        return ReleaseTable.model_validate_json((await self.frozen(release, edition, table)).content)

    async def frozen(self, release: str, edition: Edition, table: str) -> Frozen:
        """The very bytes of a table. Raises ``NotReleased``."""
        out = await self._repository.out(self._visible, release)
        found = await self._repository.tables(release, edition, table)
        if not found or not any(each.withdrawn_at is None for each in out):
            raise NotReleased
        return found[0]

    async def changes(self, release: str, edition: Edition) -> Frozen:
        return await self.frozen(release, edition, CHANGES)

    async def _served(self, edition: Edition) -> list[Served]:
        out = await self._repository.out(self._visible)
        manifests = await self._repository.manifests(edition, [each.id for each in out])
        return [
            Served(_release(each, manifests[each.id], out), manifests[each.id])
            for each in out
            if each.id in manifests
        ]


def outsiders(clock: Clock) -> Callable[[ReadSession], PublishedReader]:
    """A reader, in any session, of what is out for everybody."""
    return lambda session: PublishedReader(session, Visible(clock.now()))


def _stands(release: Release) -> bool:
    return release.state is ReleaseState.PUBLISHED and release.replaced_by is None


def _release(seen: Seen, manifest: FrozenManifest, out: Sequence[Seen]) -> Release:
    """``published_at`` is when it was out for everybody: the end of its embargo."""
    if seen.not_before is None:
        raise RuntimeError("a release that is out has the hour of its embargo")
    later = [
        each
        for each in out
        if each.period == seen.period and each.version > seen.version and each.withdrawn_at is None
    ]
    last = max(later, key=lambda each: each.version, default=None)
    return Release(
        manifest=Manifest.model_validate_json(manifest.content),
        sha256=manifest.sha256,
        state=seen.state,
        not_before=seen.not_before,
        published_at=seen.not_before,
        withdrawn_at=seen.withdrawn_at,
        replaced_by=last.id if last else None,
        signature=b64encode(manifest.signature).decode(),
        key=manifest.key,
    )
