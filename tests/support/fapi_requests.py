"""A FAPI 2.0 client in any program that calls by ``requests``: a proof for each request, as it is sent."""

from typing import Any
from urllib.parse import urlsplit

import requests

from support.fapi_client import ASSERTION_TYPE, HolderKey, Json, assertion, proof

_SEND = requests.Session.send


class Holder:
    """Its token serves only with its proofs; it remembers the nonce that it was last told."""

    def __init__(self, issuer: str, client_id: str, key: HolderKey) -> None:
        self.issuer, self.client_id, self.key = issuer, client_id, key
        self.nonce: str | None = None

    def token(self) -> str:
        for _ in range(2):
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion(self.key, self.client_id, self.issuer),
            }
            url = f"{self.issuer}/oauth/token"
            answer = requests.post(url, form, headers={"DPoP": self._proof("POST", url)}, timeout=30)
            self.heard(answer)
            if answer.status_code == 200:
                break
        return str(answer.json()["access_token"])

    def sign(self, request: requests.PreparedRequest) -> bool:
        """True where the request goes with a bound token, and so with a proof of its own."""
        scheme, _, token = str(request.headers.get("Authorization", "")).partition(" ")
        if scheme != "DPoP":
            return False
        shown = urlsplit(str(request.url))._replace(query="", fragment="").geturl()
        request.headers["DPoP"] = self._proof(str(request.method), shown, token)
        return True

    def heard(self, answer: requests.Response) -> bool:
        """True where it asks for the same with the nonce that it brought."""
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return "use_dpop_nonce" in answer.headers.get("WWW-Authenticate", "")

    def _proof(self, method: str, url: str, token: str | None = None) -> str:
        nonce: Json = {} if self.nonce is None else {"nonce": self.nonce}
        return proof(self.key, method, url, token, **nonce)


def sign_everything(holder: Holder) -> None:
    """From here on every request of this process that bears a bound token is proven."""

    def send(
        session: requests.Session, request: requests.PreparedRequest, **kwargs: Any
    ) -> requests.Response:
        signed = holder.sign(request)
        answer = _SEND(session, request, **kwargs)
        if holder.heard(answer) and signed:
            holder.sign(request)
            answer = _SEND(session, request, **kwargs)
        return answer

    requests.Session.send = send  # type: ignore[method-assign]
