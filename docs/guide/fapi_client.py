"""Un cliente FAPI 2.0 en una página / a FAPI 2.0 client on one page: private_key_jwt and DPoP.

    python fapi_client.py jwks                     makes key.pem once; prints its public keys
    python fapi_client.py get /v1/changes?after=0  with INTERTRATA and CLIENT_ID in the environment

Needs httpx and python-jose[cryptography]. RFC 7523, RFC 9449.
"""

import hashlib
import json
import os
import sys
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jwt

KEY = Path("key.pem")
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def private_pem() -> str:
    if not KEY.exists():
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        os.umask(0o077)
        KEY.write_bytes(pem)
    return KEY.read_text()


def public_jwk() -> dict[str, str]:
    key = jwk.construct(private_pem(), "ES256").public_key().to_dict()
    return {name: str(key[name]) for name in ("kty", "crv", "x", "y")}


def signed(header: dict[str, object], claims: dict[str, object]) -> str:
    said = {"iat": int(time.time()), "jti": uuid4().hex, **claims}
    return jwt.encode(said, private_pem(), algorithm="ES256", headers=header)


class Client:
    """Asks for a token and calls with it. Both take a nonce when the service asks for one."""

    def __init__(self, issuer: str, client_id: str) -> None:
        self.issuer, self.client_id, self.nonce = issuer, client_id, None
        self.http = httpx.Client(base_url=issuer)

    def token(self) -> str:
        def ask(proof: str) -> httpx.Response:
            who = {"iss": self.client_id, "sub": self.client_id, "aud": self.issuer}
            assertion = signed({"kid": "1"}, {**who, "exp": int(time.time()) + 60})
            form = {"client_assertion_type": ASSERTION, "client_assertion": assertion}
            form["grant_type"] = "client_credentials"
            return self.http.post("/oauth/token", data=form, headers={"DPoP": proof})

        return str(self._proved(ask, "POST", "/oauth/token").raise_for_status().json()["access_token"])

    def get(self, path: str, token: str) -> httpx.Response:
        def ask(proof: str) -> httpx.Response:
            return self.http.get(path, headers={"Authorization": f"DPoP {token}", "DPoP": proof})

        return self._proved(ask, "GET", path, token)

    def _proved(self, ask, method: str, path: str, token: str | None = None) -> httpx.Response:
        for _ in range(2):
            claims = {"htm": method, "htu": self.issuer + urlsplit(path).path}
            if self.nonce:
                claims["nonce"] = self.nonce
            if token:
                digest = hashlib.sha256(token.encode()).digest()
                claims["ath"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
            answer = ask(signed({"typ": "dpop+jwt", "jwk": public_jwk()}, claims))
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            refused = answer.status_code in (400, 401) and "use_dpop_nonce" in (
                answer.headers.get("WWW-Authenticate", "") + answer.text
            )
            if not refused:
                break
        return answer


if __name__ == "__main__":
    if sys.argv[1:] == ["jwks"]:
        sys.stdout.write(json.dumps({"keys": [public_jwk() | {"kid": "1"}]}))
    else:
        client = Client(os.environ["INTERTRATA"], os.environ["CLIENT_ID"])
        sys.stdout.write(client.get(sys.argv[2], client.token()).raise_for_status().text)
