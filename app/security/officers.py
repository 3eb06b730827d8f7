"""An officer, proven: a JWT that the institution's identity provider, or the officer's own key, signs for one
request (after RFC 7523). Pure.

It names the officer and the case, goes with one access token (``ath``, as in RFC 9449) and counts once: an
institution's system that was broken into cannot say that somebody asked who did not.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import Forbidden
from app.security import jws
from app.security.dpop import token_hash
from app.security.jws import JwsRefused, PublicKey, Signed
from app.security.purpose import OFFICER_FORM, same_form

HEADER: Final = "Intertrata-Officer-Assertion"
TYPE: Final = "officer-assertion+jwt"  # no other kind of JWT passes for one, nor one for another
LONGEST: Final = timedelta(minutes=5)
CLOCK_AHEAD: Final = timedelta(seconds=10)
REMEMBERED: Final = LONGEST + CLOCK_AHEAD + timedelta(seconds=60)
_HEADER_FIELDS: Final = frozenset({"alg", "kid", "typ"})


class OfficerAssertionInvalid(Forbidden):
    code = "officer-assertion-invalid"
    es = (
        "El encabezado Intertrata-Officer-Assertion no vale: firmado por una llave registrada para sus"
        " funcionarios, para este funcionario, caso y token, por cinco minutos a lo más, y una sola vez."
    )
    en = (
        "The header Intertrata-Officer-Assertion is not valid: signed by a key registered for your officers,"
        " for this officer, case and token, for five minutes at most, and once."
    )


class OfficerAssertionMissing(Forbidden):
    code = "officer-assertion-missing"
    es = "Su institución prueba quién pide: falta el encabezado Intertrata-Officer-Assertion."
    en = "Your institution proves who asks: the header Intertrata-Officer-Assertion is missing."


class OfficerClaims(BaseModel):
    """Exactly these: what is not understood is not signed for nothing."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    iss: str  # the client
    sub: str = Field(pattern=f"^{OFFICER_FORM.pattern}$")  # to pydantic, $ is the very end
    aud: str
    iat: int
    exp: int
    jti: str = Field(min_length=1, max_length=256)
    ath: str
    case: str = Field(min_length=1, max_length=100)


@dataclass(frozen=True, slots=True)
class OfficerAssertion:
    """Taken apart; nothing in it is verified yet."""

    key_id: str
    claims: OfficerClaims
    signed: Signed

    def use_digest(self, client_id: str) -> bytes:
        """What marks it as used: of this client alone, so that nobody spends another's."""
        marked = f"officer|{client_id}|{self.key_id}|{self.claims.jti}"
        return hashlib.sha256(marked.encode(errors="surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class OfficerKey:
    """Registered for the officers of a client; ``officer``: for that one alone, as a key of their own."""

    key: PublicKey
    officer: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What an assertion must be for."""

    client_id: str
    audience: str
    token: str


@dataclass(frozen=True, slots=True)
class ProvenOfficer:
    officer: str
    case: str
    key_id: str


def parse(sent: list[str]) -> OfficerAssertion | None:
    """None where no header came. Raises ``OfficerAssertionInvalid``."""
    if not sent:
        return None
    try:
        signed = jws.parse(sent[0].strip())
        claims = OfficerClaims.model_validate(signed.claims)
    except (JwsRefused, ValidationError):
        raise OfficerAssertionInvalid from None
    key_id = signed.header.get("kid")
    exact = signed.header.keys() == _HEADER_FIELDS and signed.header["typ"] == TYPE
    if len(sent) > 1 or not exact or not isinstance(key_id, str):
        raise OfficerAssertionInvalid
    return OfficerAssertion(key_id, claims, signed)


def verify(
    assertion: OfficerAssertion, key: OfficerKey | None, expected: Expected, now: datetime
) -> ProvenOfficer:
    """Whether it was used before is for the caller. Raises ``OfficerAssertionInvalid``."""
    claims = assertion.claims
    said = (claims.iss, claims.aud, claims.ath)
    if said != (expected.client_id, expected.audience, token_hash(expected.token)):
        raise OfficerAssertionInvalid
    officer = same_form(claims.sub)
    if key is None or (key.officer is not None and same_form(key.officer) != officer):
        raise OfficerAssertionInvalid
    _check_times(claims, now.timestamp())
    try:
        key.key.check(assertion.signed)
    except JwsRefused:
        raise OfficerAssertionInvalid from None
    return ProvenOfficer(officer, claims.case, assertion.key_id)


def check_same(proven: ProvenOfficer | None, officer: str, case: str | None = None) -> None:
    """The officer, and the case where it is known, that the request says. Raises
    ``OfficerAssertionInvalid``."""
    if proven is not None and (proven.officer != officer or case not in {None, proven.case}):
        raise OfficerAssertionInvalid


def _check_times(claims: OfficerClaims, instant: float) -> None:
    if not 0 < claims.exp - claims.iat <= LONGEST.total_seconds():
        raise OfficerAssertionInvalid
    if instant >= claims.exp or claims.iat > instant + CLOCK_AHEAD.total_seconds():
        raise OfficerAssertionInvalid
