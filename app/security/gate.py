"""The gate: a request is let in by a token that is ours, in force, and used by the one it was given to."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from fastapi import Request

from app.core.clock import Clock
from app.core.errors import Unauthenticated
from app.security import dpop, officers
from app.security.admission import Admissions, Shown, Standing
from app.security.certificates import CertificateRefused, PeerCertificates
from app.security.dpop import NonceNeeded, Nonces, Proof, ProofRefused
from app.security.granting import DPOP_CHALLENGE
from app.security.officers import OfficerAssertion, OfficerAssertionInvalid, ProvenOfficer
from app.security.purpose import OFFICER, named_officer
from app.security.reach import RowScope
from app.security.request_pace import too_many
from app.security.tokens import AccessClaims, TokenRefused

BEARER_CHALLENGE: Final = 'Bearer realm="intertrata"'
_AUTHORIZATION: Final = re.compile(r"(bearer|dpop) +(\S+)", re.IGNORECASE | re.ASCII)


class TokenMissing(Unauthenticated):
    code = "token-missing"
    es = "Falta el token de acceso. Pídalo en /oauth/token y envíelo en Authorization."
    en = "The access token is missing. Ask for one at /oauth/token and send it in Authorization."


class TokenInvalid(Unauthenticated):
    code = "token-invalid"
    es = "El token de acceso no vale o venció. Pida otro en /oauth/token."
    en = "The access token is not valid or has expired. Ask for another at /oauth/token."


class ProofInvalid(Unauthenticated):
    code = "proof-invalid"
    es = "El token es de quien prueba tener su clave o certificado, y esa prueba falta, no vale o ya se usó."
    en = "The token is for who proves to hold its key or certificate: that proof is missing, wrong or used."


class ProofNonceNeeded(Unauthenticated):
    code = "proof-nonce-needed"
    es = "La prueba DPoP debe llevar el nonce que dice DPoP-Nonce. Repita el pedido con él."
    en = "The DPoP proof must carry the nonce that DPoP-Nonce says. Repeat the request with it."


class Verifier(Protocol):
    """Says what a token says: of the embedded issuer, or of another."""

    async def verify(self, token: str, now: datetime) -> AccessClaims:
        """Raises ``TokenRefused``."""
        ...


@dataclass(frozen=True, slots=True)
class Proofs:
    """How a sender proves that a token is its own."""

    base: str  # the service's public address: what ``htu`` starts with
    certificates: PeerCertificates
    nonces: Nonces | None
    unbound: bool  # the demo lets in tokens that are bound to nothing


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the token says, and the rows that its client is limited to: as the issuer says, else as is kept of
    the client. ``officer``: who was proven to ask; ``officer_required``: the client must prove who does."""

    claims: AccessClaims
    row_scope: RowScope
    officer: ProvenOfficer | None
    officer_required: bool


class Gate:
    """Turns the token of a request into what it says. The application keeps its one in ``app.state.gate``."""

    def __init__(
        self,
        verifier: Verifier,
        admissions: Admissions,
        proofs: Proofs,
        clock: Clock,
    ) -> None:
        self._verifier = verifier
        self._admissions = admissions
        self._proofs = proofs
        self._clock = clock

    async def admit(self, request: Request) -> Admitted:
        """One request of the client, and of the officer where one is named, is spent.

        Raises ``TokenMissing``, ``TokenInvalid``, ``ProofInvalid``, ``ProofNonceNeeded``,
        ``TooManyRequests`` or ``OfficerAssertionInvalid``.
        """
        now = self._clock.now()
        scheme, token = self._sent(request)
        try:
            claims = await self._verifier.verify(token, now)
        except TokenRefused:
            raise self._invalid(scheme) from None
        request.state.client_id = claims.client_id  # known from here on: a refusal leaves its mark
        if scheme != claims.cnf.token_type.lower():
            raise self._invalid(scheme)  # a bound token as if it were not (RFC 9449 7.2), or the reverse
        proof = self._proved(request, token, claims, now)
        officer = named_officer(request.headers.getlist(OFFICER))
        shown = Shown(proof, officers.parse(request.headers.getlist(officers.HEADER)))
        standing = await self._admissions.standing(claims, shown, officer, now)
        if not standing.admitted:
            raise self._invalid(scheme)
        if self._proofs.nonces is not None and proof is not None:
            request.state.answer_headers = {"DPoP-Nonce": self._proofs.nonces.current(now)}
        if standing.wait > 0:
            raise too_many(standing.wait)
        limit = standing.row_scope if claims.row_scope is None else claims.row_scope
        expected = officers.Expected(claims.client_id, self._proofs.base, token)
        proven = self._proven(shown.assertion, standing, expected, now)
        return Admitted(claims, limit, proven, standing.officer_required)

    @staticmethod
    def _proven(
        assertion: OfficerAssertion | None, standing: Standing, expected: officers.Expected, now: datetime
    ) -> ProvenOfficer | None:
        if assertion is None:
            return None
        if not standing.first_shown:
            raise OfficerAssertionInvalid
        return officers.verify(assertion, standing.officer_key, expected, now)

    def insufficient(self, claims: AccessClaims, scope: str) -> dict[str, str]:
        """The challenge of a token without the scope."""
        shown = DPOP_CHALLENGE if claims.cnf.token_type == "DPoP" else BEARER_CHALLENGE  # noqa: S105  a scheme
        return {"WWW-Authenticate": f'{shown}, error="insufficient_scope", scope="{scope}"'}

    def _sent(self, request: Request) -> tuple[str, str]:
        """Scheme and token, from the Authorization header alone: a token in a URL would end in logs."""
        values = request.headers.getlist("authorization")
        if not values:
            known = BEARER_CHALLENGE if self._proofs.unbound else f"{DPOP_CHALLENGE}, {BEARER_CHALLENGE}"
            raise TokenMissing(headers={"WWW-Authenticate": known})
        sent = _AUTHORIZATION.fullmatch(values[0])
        if len(values) > 1 or sent is None:
            raise self._invalid("bearer")
        return sent[1].lower(), sent[2]

    def _proved(self, request: Request, token: str, claims: AccessClaims, now: datetime) -> Proof | None:
        """The proof, where the token asks for one. Every binding of the token is held, not one of them."""
        if not claims.cnf.binds and not self._proofs.unbound:
            raise self._invalid("bearer")
        if claims.cnf.x5t is not None and claims.cnf.x5t != self._thumbprint(request, now):
            raise ProofInvalid(headers=_challenge(BEARER_CHALLENGE, "invalid_token"))
        return None if claims.cnf.jkt is None else self._proof(request, token, claims.cnf.jkt, now)

    def _proof(self, request: Request, token: str, jkt: str, now: datetime) -> Proof:
        sent = request.headers.getlist("dpop")
        path = request.scope.get("raw_path") or request.url.path.encode()
        method = request.scope.get("state", {}).get("method", request.method)  # HEAD is answered as GET
        use = dpop.Use(method, self._proofs.base + path.split(b"?")[0].decode("latin-1"), token)
        try:
            if len(sent) != 1:
                raise ProofRefused
            proof = dpop.verify(sent[0], use, now, self._proofs.nonces)
            if proof.jkt != jkt:
                raise ProofRefused
        except ProofRefused:
            raise ProofInvalid(headers=_challenge(DPOP_CHALLENGE, "invalid_dpop_proof")) from None
        except NonceNeeded:
            raise self._nonce_needed(now) from None
        return proof

    def _nonce_needed(self, now: datetime) -> ProofNonceNeeded:
        assert self._proofs.nonces is not None  # for it asked
        fresh = {"DPoP-Nonce": self._proofs.nonces.current(now)}
        return ProofNonceNeeded(headers=_challenge(DPOP_CHALLENGE, "use_dpop_nonce") | fresh)

    def _thumbprint(self, request: Request, now: datetime) -> str | None:
        try:
            shown = self._proofs.certificates.of(request.scope, now)
        except CertificateRefused:
            return None
        return None if shown is None else shown.thumbprint

    def _invalid(self, scheme: str) -> TokenInvalid:
        shown = DPOP_CHALLENGE if scheme == "dpop" or not self._proofs.unbound else BEARER_CHALLENGE
        return TokenInvalid(headers=_challenge(shown, "invalid_token"))


def _challenge(shown: str, error: str) -> dict[str, str]:
    return {"WWW-Authenticate": f'{shown}, error="{error}"'}
