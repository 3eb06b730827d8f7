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
from app.releases.memory import Decoded
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

    def __init__(self, session: ReadSession, visible: Visible, decoded: Decoded | None = None) -> None:
        """``decoded``: what the process keeps of the public edition."""
        self._repository = ReleaseRepository(session)
        self._visible = visible
        self._decoded = decoded
        self._standing: dict[str, Manifest] = {}  # public ones that this session was found to be told of
        self._recalled: frozenset[str] = frozenset()  # told to who sees what is under embargo

    async def published(self, edition: Edition) -> tuple[Release, ...]:
        """See ``PublishedReleases``."""
        return tuple(served.release for served in await self._served(edition))

    async def latest(self, edition: Edition) -> Served:
        """Of the latest period, the version that stands. Raises ``NotReleased``."""
        standing = [each for each in await self._served(edition) if _stands(each.release)]
        if not standing:
            raise NotReleased
        return max(standing, key=lambda each: each.release.manifest.first_day)

    async def named(self, name: str, edition: Edition) -> str:
        """A release by its id, or by its period alone: its latest version in that edition, which may have
        been withdrawn, as the one before does not stand again; none that was recalled. Raises
        ``NotReleased`` where there is none."""
        if "." in name:
            return name
        told = [each.release.manifest for each in await self._served(edition)]
        versions = [each for each in told if each.period == name and each.release not in self._recalled]
        if not versions:
            raise NotReleased
        return max(versions, key=lambda each: each.version).release

    async def one(self, release: str, edition: Edition) -> Served:
        """Raises ``NotReleased``."""
        for served in await self._served(edition):
            if served.release.manifest.release == release:
                return served
        raise NotReleased

    async def table(self, release: str, edition: Edition, table: str) -> ReleaseTable:
        """See ``PublishedReleases``."""
        digest = self._digest(release, table) if edition is Edition.PUBLIC else None
        known = self._decoded.tables.get(digest) if self._decoded is not None and digest is not None else None
        if known is not None:
            return known
        frozen = await self.frozen(release, edition, table)
        found = ReleaseTable.model_validate_json(frozen.content)
        if self._decoded is not None and edition is Edition.PUBLIC:
            self._decoded.tables.keep(frozen.sha256, found, len(found.cells))
        return found

    def _digest(self, release: str, table: str) -> str | None:
        """As the manifest signed it, of a release that ``published`` told of in this session and that stands
        or was replaced: of one that was withdrawn, or was not looked at here, there is none."""
        manifest = self._standing.get(release)
        entries = () if manifest is None else manifest.tables
        return next((each.sha256 for each in entries if each.id == table), None)

    async def frozen(self, release: str, edition: Edition, table: str) -> Frozen:
        """The very bytes of a table. Raises ``NotReleased``."""
        await self._stands(release)
        found = await self._repository.tables(release, edition, table)
        if not found:
            raise NotReleased
        return found[0]

    async def changes(self, release: str, edition: Edition) -> Frozen:
        """In the public edition not of a version that was withdrawn: they tell its figures. Raises
        ``NotReleased``."""
        found = await self.frozen(release, edition, CHANGES)
        before = (await self.one(release, edition)).release.manifest.replaces
        if edition is Edition.PUBLIC and before is not None:
            await self._stands(before)
        return found

    async def _stands(self, release: str) -> None:
        """Whether it is out, replaced or not, and was not withdrawn. Raises ``NotReleased``."""
        out = await self._repository.out(self._visible, release)
        if not any(each.withdrawn_at is None for each in out):
            raise NotReleased

    async def _served(self, edition: Edition) -> list[Served]:
        out = await self._repository.out(self._visible)
        self._recalled = frozenset(each.id for each in out if each.recalled)
        manifests = await self._manifests(edition, [each.id for each in out])
        if edition is Edition.PUBLIC:
            standing = {each.id for each in out if each.withdrawn_at is None}
            self._standing = {id_: told for id_, (_, told) in manifests.items() if id_ in standing}
        held = [each for each in out if each.id in manifests]  # no other edition's version replaces one
        return [Served(_release(each, *manifests[each.id], held), manifests[each.id][0]) for each in held]

    async def _manifests(
        self, edition: Edition, releases: Sequence[str]
    ) -> dict[str, tuple[FrozenManifest, Manifest]]:
        """Bytes are read and decoded of those alone that are not kept."""
        memory = self._decoded.manifests if self._decoded is not None and edition is Edition.PUBLIC else None
        known = {}
        if memory is not None:
            digests = await self._repository.manifest_digests(edition, releases)
            known = {id_: held for id_, digest in digests.items() if (held := memory.get(digest)) is not None}
            releases = [each for each in digests if each not in known]
        read = await self._repository.manifests(edition, releases) if releases else {}
        for id_, frozen in read.items():
            known[id_] = frozen, Manifest.model_validate_json(frozen.content)
            if memory is not None:
                memory.keep(frozen.sha256, known[id_], 1)
        return known


def outsiders(clock: Clock) -> Callable[[ReadSession], PublishedReader]:
    """A reader, in any session, of what is out for everybody; what is decoded is kept for the next."""
    decoded = Decoded()
    return lambda session: PublishedReader(session, Visible(clock.now()), decoded)


def _stands(release: Release) -> bool:
    return release.state is ReleaseState.PUBLISHED and release.replaced_by is None


def _release(seen: Seen, manifest: FrozenManifest, told: Manifest, out: Sequence[Seen]) -> Release:
    """``out``: what the caller sees of the same edition. ``published_at`` is when it was out for everybody:
    the end of its embargo. The next version replaces it for good, withdrawn itself or not."""
    if seen.not_before is None:
        raise RuntimeError("a release that is out has the hour of its embargo")
    later = [
        each
        for each in out
        if each.period == seen.period and each.version > seen.version and not each.recalled
    ]
    following = min(later, key=lambda each: each.version, default=None)
    return Release(
        manifest=told,
        sha256=manifest.sha256,
        state=seen.state,
        not_before=seen.not_before,
        published_at=seen.not_before,
        withdrawn_at=seen.withdrawn_at,
        replaced_by=following.id if following else None,
        signature=b64encode(manifest.signature).decode(),
        key=manifest.key,
    )
