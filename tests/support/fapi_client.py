"""A machine client of FAPI 2.0, written from the RFCs on ``cryptography``: nothing of the application's.

Every part of an assertion or a proof can be overridden, so that a test can lie in one place only.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Json = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, size: int | None = None) -> str:
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8))


@dataclass(frozen=True)
class HolderKey:
    """A private key, its algorithm and its public JWK."""

    alg: str
    jwk: Json
    sign: Callable[[bytes], bytes] = field(repr=False)

    def jwt(self, header: Json, claims: Json) -> str:
        body = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
        return f"{body}.{b64(self.sign(body.encode()))}"

    @property
    def thumbprint(self) -> str:
        text = json.dumps(self.jwk, sort_keys=True, separators=(",", ":"))
        return b64(hashlib.sha256(text.encode()).digest())


def es256(pem: str | None = None) -> HolderKey:
    """A new key, or the one that ``pem`` holds."""
    private = ec.generate_private_key(ec.SECP256R1())
    if pem is not None:
        loaded = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        private = loaded
    point = private.public_key().public_numbers()

    def sign(body: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(body, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    jwk = {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)}
    return HolderKey("ES256", jwk, sign)


def es256_pem() -> str:
    """A new private key, for another process to sign with."""
    private = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.private_bytes(*form).decode()


def ps256(bits: int = 2048) -> HolderKey:
    private = rsa.generate_private_key(65537, bits)
    public = private.public_key().public_numbers()
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    jwk = {"kty": "RSA", "n": number(public.n), "e": number(public.e)}
    return HolderKey("PS256", jwk, lambda body: private.sign(body, pss, hashes.SHA256()))


def eddsa() -> HolderKey:
    private = ed25519.Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(private.public_key().public_bytes_raw())}
    return HolderKey("EdDSA", jwk, private.sign)


def jwks(*keys: HolderKey) -> bytes:
    """A JWK set; the kid of each is its thumbprint."""
    return json.dumps({"keys": [{**key.jwk, "kid": key.thumbprint} for key in keys]}).encode()


def assertion(key: HolderKey, client_id: str, issuer: str, header: Json | None = None, **claims: Any) -> str:
    now = int(time.time())
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "iat": now,
        "exp": now + 60,
        "jti": uuid4().hex,
    }
    return key.jwt({"alg": key.alg, "kid": key.thumbprint} | (header or {}), said | claims)


def proof(
    key: HolderKey, method: str, url: str, token: str | None = None, header: Json | None = None, **claims: Any
) -> str:
    said: Json = {"jti": uuid4().hex, "htm": method, "htu": url, "iat": int(time.time())}
    if token is not None:
        said["ath"] = b64(hashlib.sha256(token.encode()).digest())
    return key.jwt({"typ": "dpop+jwt", "alg": key.alg, "jwk": key.jwk} | (header or {}), said | claims)


@dataclass
class FapiClient:
    """Asks for tokens and calls with them; remembers the nonce that it was last told."""

    http: httpx.AsyncClient
    issuer: str
    client_id: str
    key: HolderKey
    holder: HolderKey = field(default_factory=es256)
    nonce: str | None = None

    def form(self, **more: str) -> dict[str, str]:
        signed = assertion(self.key, self.client_id, self.issuer)
        given = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}
        return {"grant_type": "client_credentials", **given, **more}

    async def ask(self, **more: str) -> httpx.Response:
        """The answer of the token endpoint, to a second proof where a nonce was wanted."""
        url = f"{self.issuer}/oauth/token"
        for _ in range(2):
            headers = {"DPoP": proof(self.holder, "POST", url, **self._nonce())}
            answer = await self.http.post(url, data=self.form(**more), headers=headers)
            if not self._told(answer):
                break
        return answer

    async def token(self) -> str:
        answer = await self.ask()
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "DPoP"
        return str(answer.json()["access_token"])

    async def call(self, method: str, url: str, token: str) -> httpx.Response:
        for _ in range(2):
            answer = await self.http.request(method, url, headers=self.headers(method, url, token))
            if not self._told(answer):
                break
        return answer

    def headers(self, method: str, url: str, token: str, **claims: Any) -> dict[str, str]:
        shown = urlsplit(url)._replace(query="", fragment="").geturl()
        made = proof(self.holder, method, shown, token, **(self._nonce() | claims))
        return {"Authorization": f"DPoP {token}", "DPoP": made}

    def _nonce(self) -> Json:
        return {} if self.nonce is None else {"nonce": self.nonce}

    def _told(self, answer: httpx.Response) -> bool:
        """True where the request is to be repeated with the nonce that the answer brought."""
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        wanted = "use_dpop_nonce"
        return wanted in answer.headers.get("WWW-Authenticate", "") or (
            answer.status_code == 400 and answer.json().get("error") == wanted
        )


def officer_assertion(
    key: HolderKey, client_id: str, issuer: str, token: str, header: Json | None = None, **claims: Any
) -> str:
    """That an officer asks with this token; who and for which case stand in the claims."""
    now = int(time.time())
    said = {
        "iss": client_id,
        "sub": "oficial-000",
        "aud": issuer,
        "iat": now,
        "exp": now + 60,
        "jti": uuid4().hex,
        "ath": b64(hashlib.sha256(token.encode()).digest()),
        "case": "CASO-DE-PRUEBA-1",
    }
    shown = {"typ": "officer-assertion+jwt", "alg": key.alg, "kid": key.thumbprint}
    return key.jwt(shown | (header or {}), said | claims)
