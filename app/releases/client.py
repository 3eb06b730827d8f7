"""INEI's walk as a client: the latest release, its tables, every byte verified before it is kept."""

import hashlib
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from jose import jwk, jwt

from app.core.errors import OperatorError
from app.releases.signing import verified
from schemas.releases import Edition, Manifest, Release

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
class Pulled:
    """``changed`` is False where the folder holds that release already."""

    release: str
    tables: int
    changed: bool


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
    """The latest release into ``folder``: manifest, signature and tables, each in a file of its own.

    ``public_key``: 32 bytes, got from the service's people and not from the service. Files are written under
    another name and moved there once all of them are verified. Raises ``PullRefused``, ``PullUnverified``.
    """
    asked = {"edition": edition.value}
    mark = folder / f"latest-{edition.value}.etag"
    tag = mark.read_text() if mark.is_file() else None
    latest = caller.get("/v1/releases/latest", asked, tag)
    if latest.status_code == httpx.codes.NOT_MODIFIED:
        return Pulled("", 0, changed=False)
    release = Release.model_validate_json(latest.content)
    id_ = release.manifest.release
    signed = caller.get(f"/v1/releases/{id_}/manifest", asked).content
    if not verified(signed, b64decode(release.signature), public_key):
        raise PullUnverified(what="manifest")
    manifest = Manifest.model_validate_json(signed)
    if (manifest.release, manifest.edition) != (id_, edition):
        raise PullUnverified(what="manifest")
    files = {"manifest.json": signed, "manifest.sig": b64decode(release.signature)}
    for table in manifest.tables:
        content = caller.get(f"/v1/releases/{id_}/tables/{table.id}", asked).content
        if hashlib.sha256(content).hexdigest() != table.sha256:
            raise PullUnverified(what=table.id)
        files[f"{table.id}.json"] = content
    _keep(folder / f"{id_}-{edition.value}", files)
    mark.write_text(latest.headers["ETag"])
    return Pulled(id_, len(manifest.tables), changed=True)


def _keep(folder: Path, files: dict[str, bytes]) -> None:
    half = folder.with_name(f".{folder.name}.{uuid4().hex}")
    half.mkdir(parents=True, mode=0o700)
    for name, content in files.items():
        (half / name).write_bytes(content)
    if not folder.exists():
        half.rename(folder)
        return
    for name in files:
        (half / name).replace(folder / name)
    half.rmdir()
