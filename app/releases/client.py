"""INEI's walk as a client: every release that stands, its tables, every byte verified before it is kept."""

import hashlib
import shutil
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import orjson
from jose import jwk, jwt
from pydantic import TypeAdapter, ValidationError

from app.core.errors import OperatorError
from app.releases.signing import verified
from schemas.pagination import Page
from schemas.releases import Edition, Manifest, Release, ReleaseState

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class PullRefused(OperatorError):
    code = "pull-refused"
    es = "El servicio respondió {status} a {path} ({told})."
    en = "The service answered {status} to {path} ({told})."


class PullUnverified(OperatorError):
    code = "pull-unverified"
    es = "Lo que llegó NO es lo que se firmó: {what}. No se guardó nada."
    en = "What came is NOT what was signed: {what}. Nothing was kept."


@dataclass(frozen=True)
class Kept:
    """A release that is in the folder now and was not before."""

    release: str
    tables: int


@dataclass(frozen=True)
class Ended:
    """A release that the folder holds and that does not stand any more: ``replaced_by``, or withdrawn."""

    release: str
    replaced_by: str | None


@dataclass(frozen=True)
class Pulled:
    kept: tuple[Kept, ...] = ()
    ended: tuple[Ended, ...] = ()


@dataclass
class Caller:
    """A client of the service: by its secret (demo mode) or by its private key (PEM, ES256) with DPoP."""

    http: httpx.Client
    issuer: str
    client_id: str
    secret: str | None = None
    key: str | None = field(default=None, repr=False)
    _nonce: str | None = None
    _token: str | None = field(default=None, repr=False)

    def get(self, path: str, params: dict[str, str], tag: str | None = None) -> httpx.Response:
        """200 or 304. Raises ``PullRefused``."""
        if self._token is None:
            self._token = self._asked()
        token, scheme = self._token, "Bearer" if self.key is None else "DPoP"
        held = {} if tag is None else {"If-None-Match": tag}

        def ask(proof: dict[str, str]) -> httpx.Response:
            headers = {"Authorization": f"{scheme} {token}", **held, **proof}
            return self.http.get(path, params=params, headers=headers)

        return _accepted(self._proved(ask, "GET", path, token), path)

    def _asked(self) -> str:
        path, form = "/oauth/token", {"grant_type": "client_credentials"}

        def ask(proof: dict[str, str]) -> httpx.Response:
            if self.key is None:
                return self.http.post(path, data=form, auth=(self.client_id, self.secret or ""))
            who = {"iss": self.client_id, "sub": self.client_id, "aud": self.issuer}
            assertion = self._signed({}, {**who, "exp": int(time.time()) + 60})
            said = form | {"client_assertion_type": ASSERTION, "client_assertion": assertion}
            return self.http.post(path, data=said, headers=proof)

        return str(_accepted(self._proved(ask, "POST", path), path).json()["access_token"])

    def _proved(
        self,
        ask: Callable[[dict[str, str]], httpx.Response],
        method: str,
        path: str,
        token: str | None = None,
    ) -> httpx.Response:
        """Once more where the service asks for its nonce (RFC 9449 8)."""
        answer = ask(self._proof(method, path, token))
        told = answer.headers.get("WWW-Authenticate", "") + answer.text[:400]
        if answer.status_code in {400, 401} and "use_dpop_nonce" in told:
            self._nonce = answer.headers.get("DPoP-Nonce")
            answer = ask(self._proof(method, path, token))
        self._nonce = answer.headers.get("DPoP-Nonce", self._nonce)
        return answer

    def _proof(self, method: str, path: str, token: str | None) -> dict[str, str]:
        if self.key is None:
            return {}
        claims = {"htm": method, "htu": self.issuer + urlsplit(path).path}
        if self._nonce:
            claims["nonce"] = self._nonce
        if token:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
        public = jwk.construct(self.key, "ES256").public_key().to_dict()
        held = {name: str(public[name]) for name in ("kty", "crv", "x", "y")}
        return {"DPoP": self._signed({"typ": "dpop+jwt", "jwk": held}, claims)}

    def _signed(self, header: dict[str, object], claims: dict[str, object] | dict[str, str]) -> str:
        said = {"iat": int(time.time()), "jti": uuid4().hex, **claims}
        return str(jwt.encode(said, self.key or "", algorithm="ES256", headers=header))


def _accepted(answer: httpx.Response, path: str) -> httpx.Response:
    if answer.status_code in {200, 304}:
        return answer
    kind = answer.headers.get("content-type", "")
    told = str(answer.json().get("code") or answer.json().get("error")) if "json" in kind else kind
    raise PullRefused(status=answer.status_code, path=path, told=told)


def pull(caller: Caller, edition: Edition, public_key: bytes, folder: Path) -> Pulled:
    """Every release that stands and is not in ``folder``: manifest, signature, tables and what it changes,
    each in a file of its own. So a correction of an earlier period comes as a new period does.

    ``public_key``: 32 bytes, got from the service's people and not from the service. Files are written under
    another name and moved there once all of them are verified. What does not stand any more is told and left
    where it is. Raises ``PullRefused``, ``PullUnverified``.
    """
    asked, mark = {"edition": edition.value}, folder / f"pulled-{edition.value}.json"
    answer = caller.get("/v1/releases", asked, _tag(mark, folder, edition))
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return Pulled(ended=_Mark.read(mark).ended)
    releases = Page[Release].model_validate_json(answer.content).items
    by_name = {each.manifest.release: each for each in releases}
    standing = [each for each in releases if _stands(each)]
    kept = tuple(
        _fetched(caller, release, by_name, public_key, folder)
        for release in standing
        if not _place(folder, release.manifest.release, edition).is_dir()
    )
    held = (each for each in releases if _place(folder, each.manifest.release, edition).is_dir())
    ended = tuple(Ended(each.manifest.release, each.replaced_by) for each in held if not _stands(each))
    _Mark(answer.headers["ETag"], tuple(each.manifest.release for each in standing), ended).write(mark)
    return Pulled(kept, ended)


@dataclass(frozen=True)
class _Mark:
    """What was told last time, so that a 304 says it again."""

    etag: str
    standing: tuple[str, ...]
    ended: tuple[Ended, ...]

    @classmethod
    def read(cls, file: Path) -> Self:
        return TypeAdapter(cls).validate_json(file.read_bytes())

    def write(self, file: Path) -> None:
        """Whole or not at all."""
        half = file.with_name(f".{file.name}.{uuid4().hex}")
        half.write_bytes(orjson.dumps(self))
        half.replace(file)


def _stands(release: Release) -> bool:
    return release.state is ReleaseState.PUBLISHED and release.replaced_by is None


def _place(folder: Path, release: str, edition: Edition) -> Path:
    return folder / f"{release}-{edition.value}"


def _tag(mark: Path, folder: Path, edition: Edition) -> str | None:
    """Of the last answer, where the folder holds all of it still."""
    try:
        told = _Mark.read(mark)
    except (OSError, ValidationError):
        return None
    return told.etag if all(_place(folder, each, edition).is_dir() for each in told.standing) else None


def _fetched(
    caller: Caller, release: Release, others: Mapping[str, Release], public_key: bytes, folder: Path
) -> Kept:
    id_, edition = release.manifest.release, release.manifest.edition
    asked, path = {"edition": edition.value}, f"/v1/releases/{id_}"
    signed = caller.get(f"{path}/manifest", asked).content
    if not verified(signed, b64decode(release.signature), public_key):
        raise PullUnverified(what="manifest")
    manifest = Manifest.model_validate_json(signed)
    if (manifest.release, manifest.edition) != (id_, edition):
        raise PullUnverified(what="manifest")
    files = {"manifest.json": signed, "manifest.sig": b64decode(release.signature)}
    for table in manifest.tables:
        content = caller.get(f"{path}/tables/{table.id}", asked).content
        files[f"{table.id}.json"] = _as_signed(content, table.sha256, table.id)
    former = others.get(manifest.replaces or "")
    told = edition is Edition.RESTRICTED or former is None or former.withdrawn_at is None
    if manifest.changes is not None and told:  # in public, changes of what was withdrawn are not served
        content = caller.get(f"{path}/changes", asked).content
        files["changes.json"] = _as_signed(content, manifest.changes, "changes")
    _keep(_place(folder, id_, edition), files)
    return Kept(id_, len(manifest.tables))


def _as_signed(content: bytes, digest: str, what: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != digest:
        raise PullUnverified(what=what)
    return content


def _keep(folder: Path, files: dict[str, bytes]) -> None:
    """Whole or not at all; what a run that was killed left half-made is cleared away."""
    for left in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    half = folder.with_name(f".{folder.name}.{uuid4().hex}")
    half.mkdir(parents=True, mode=0o700)
    for name, content in files.items():
        (half / name).write_bytes(content)
    half.rename(folder)
