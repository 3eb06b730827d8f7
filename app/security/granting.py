"""Granting a token: the client proves itself in one way, and the token is bound to what it holds."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.core.clock import Clock
from app.security import assertions, dpop, forms, tokens
from app.security.admission import Admissions
from app.security.assertions import ASSERTION_TYPE, Assertion, AssertionRefused
from app.security.certificates import PeerCertificate, PeerCertificates
from app.security.clients import ClientRefused, ClientService, ClientView
from app.security.dpop import NonceNeeded, Nonces, Proof, ProofRefused
from app.security.forms import Secret, TokenProblem
from app.security.jws import FAPI_ALGORITHMS
from app.security.signing import SigningKeys
from app.security.tokens import Confirmation, OwnTokens, Realm, TokenIssuer, TokenRefused

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  a path
REVOKE_PATH: Final = "/oauth/revoke"
DPOP_CHALLENGE: Final = f'DPoP realm="intertrata", algs="{" ".join(FAPI_ALGORITHMS)}"'
BASIC_CHALLENGE: Final = 'Basic realm="intertrata", charset="UTF-8"'
_SECRET_METHODS: Final = ("client_secret_basic", "client_secret_post")
_METHODS: Final = ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")

Uses = list[tuple[bytes, datetime]]  # digests of what counts once, and until when each is remembered


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What the token endpoint works with; the application keeps it in ``app.state.authorisation``."""

    clients: ClientService
    issuer: TokenIssuer
    own: OwnTokens
    realm: Realm
    signing: SigningKeys
    clock: Clock
    admissions: Admissions
    certificates: PeerCertificates
    nonces: Nonces | None  # None: proofs need none
    embedded: bool  # False: another issuer grants tokens, and we none
    demo: bool  # secrets and tokens bound to nothing are accepted

    @property
    def methods(self) -> tuple[str, ...]:
        """How clients may prove themselves, by their registered names."""
        return (*_METHODS, *_SECRET_METHODS) if self.demo else _METHODS

    def fresh_nonce(self) -> dict[str, str]:
        """The header that tells a client which nonce to use next, where proofs need one."""
        return {} if self.nonces is None else {"DPoP-Nonce": self.nonces.current(self.clock.now())}


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request to the authorisation server brings."""

    form: Mapping[str, str]
    authorization: tuple[str, ...]
    proofs: tuple[str, ...]
    certificate: PeerCertificate | None


async def grant(authorisation: Authorisation, presented: Presented) -> dict[str, Any]:
    """The answer of RFC 6749 5.1. Raises ``TokenProblem``."""
    _check_grant_type(presented.form)
    now = authorisation.clock.now()
    uses: Uses = []
    proof = _proof(authorisation, presented, now)
    if proof is not None:
        uses.append((proof.use_digest, now + dpop.REMEMBERED))
    client = await authenticated(authorisation, presented, uses)
    cnf = _confirmation(proof, presented.certificate)
    if not cnf.binds and not authorisation.demo:
        raise TokenProblem("invalid_request", "Falta DPoP o certificado / DPoP or certificate is missing")
    granted = _granted(client.scopes, presented.form.get("scope"))
    await _once(authorisation, uses, now)
    return {
        "access_token": authorisation.issuer.issue(client.id, granted, now, cnf),
        "token_type": cnf.token_type,
        "expires_in": int(tokens.LIFETIME.total_seconds()),
        "scope": " ".join(granted),
    }


async def revoke(authorisation: Authorisation, presented: Presented) -> dict[str, Any]:
    """RFC 7009: the client takes a token of its own back; it opens nothing from then on, in any process.

    What is no token in force is revoked already. Raises ``TokenProblem``.
    """
    if "token" not in presented.form:
        raise TokenProblem("invalid_request", "Falta token / token is missing")
    uses: Uses = []
    now = authorisation.clock.now()
    client = await authenticated(authorisation, presented, uses)
    await _once(authorisation, uses, now)
    try:
        claims = await authorisation.own.verify(presented.form["token"], now)
    except TokenRefused:
        return {}
    if claims.client_id != client.id:
        raise TokenProblem("unauthorized_client", "El token es de otro / the token is of another client")
    await authorisation.admissions.revoke(claims)
    return {}


async def authenticated(authorisation: Authorisation, presented: Presented, uses: Uses) -> ClientView:
    """Who asks, by exactly one way of proving it (RFC 6749 2.3). An assertion adds itself to ``uses``.

    Raises ``TokenProblem``.
    """
    form, now = presented.form, authorisation.clock.now()
    secret, assertion = _secret(authorisation, presented), _assertion(authorisation, form)
    if secret is not None and assertion is not None:
        raise TokenProblem("invalid_request", "Credenciales dos veces / credentials sent twice")
    try:
        if assertion is not None:
            audiences = frozenset({authorisation.realm.issuer, authorisation.realm.issuer + TOKEN_PATH})
            client = await authorisation.clients.authenticate_by_key(assertion, audiences, now)
            uses.append((_digest(assertion), assertion.expires_at))
            return client
        if secret is not None:
            return await authorisation.clients.authenticate(secret.client_id, secret.secret)
        if presented.certificate is not None and "client_id" in form:
            shown = presented.certificate
            return await authorisation.clients.authenticate_by_certificate(form["client_id"], shown)
    except ClientRefused:
        pass
    raise _refused(authorisation)


async def _once(authorisation: Authorisation, uses: Uses, now: datetime) -> None:
    """Last of all checks, so that a refusal for another reason spends nothing."""
    if uses and not await authorisation.admissions.first_use(uses, now):
        raise _refused(authorisation)


def named_client(form: Mapping[str, str], authorization: tuple[str, ...]) -> str | None:
    """Whom a request says it is of, proven or not: what its pace is counted by."""
    if "client_id" in form:
        return form["client_id"]
    if "client_assertion" in form:
        try:
            return assertions.parse(form["client_assertion"]).client_id
        except AssertionRefused:
            return None
    secret = forms.basic(authorization[0]) if authorization else None
    return None if secret is None else secret.client_id


def _check_grant_type(form: Mapping[str, str]) -> None:
    if "grant_type" not in form:
        raise TokenProblem("invalid_request", "Falta grant_type / grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise TokenProblem("unsupported_grant_type", "Solo client_credentials / only client_credentials")


def _granted(held: tuple[str, ...], asked: str | None) -> tuple[str, ...]:
    """All that the client holds, or the part that it asks for; asking for more is an error."""
    wanted = set((asked or "").split(" ")) - {""}
    if not wanted <= set(held):
        raise TokenProblem("invalid_scope", "Pide un permiso que no tiene / a scope is not yours to ask for")
    return tuple(scope for scope in held if not wanted or scope in wanted)


def _confirmation(proof: Proof | None, certificate: PeerCertificate | None) -> Confirmation:
    """A proof outweighs the certificate: behind a changing certificate the key of the proof stays."""
    if proof is not None:
        return Confirmation(jkt=proof.jkt)
    return Confirmation() if certificate is None else Confirmation(x5t=certificate.thumbprint)


def _proof(authorisation: Authorisation, presented: Presented, now: datetime) -> Proof | None:
    if not presented.proofs:
        return None
    use = dpop.Use("POST", authorisation.realm.issuer + TOKEN_PATH)
    try:
        if len(presented.proofs) > 1:
            raise ProofRefused
        return dpop.verify(presented.proofs[0], use, now, authorisation.nonces)
    except ProofRefused:
        raise TokenProblem("invalid_dpop_proof", "La prueba DPoP no vale / DPoP proof not valid") from None
    except NonceNeeded:
        raise TokenProblem("use_dpop_nonce", "Use el nonce de DPoP-Nonce / use the DPoP-Nonce") from None


def _assertion(authorisation: Authorisation, form: Mapping[str, str]) -> Assertion | None:
    if not {"client_assertion", "client_assertion_type"} & form.keys():
        return None
    if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
        raise TokenProblem("invalid_request", f"client_assertion_type: {ASSERTION_TYPE}")
    try:
        assertion = assertions.parse(form["client_assertion"])
    except AssertionRefused:
        raise _refused(authorisation) from None
    if form.get("client_id", assertion.client_id) != assertion.client_id:
        raise _refused(authorisation)
    return assertion


def _secret(authorisation: Authorisation, presented: Presented) -> Secret | None:
    form, headers = presented.form, presented.authorization
    if not headers:
        if "client_secret" not in form:
            return None
        if "client_id" not in form:
            raise _refused(authorisation)
        return Secret(form["client_id"], form["client_secret"])
    if "client_secret" in form or len(headers) > 1:
        raise TokenProblem("invalid_request", "Credenciales dos veces / credentials sent twice")
    secret = forms.basic(headers[0])
    if secret is None:
        raise _refused(authorisation)
    return secret


def _digest(assertion: Assertion) -> bytes:
    marked = f"assertion|{assertion.client_id}|{assertion.claims.jti}"
    return hashlib.sha256(marked.encode(errors="surrogatepass")).digest()


def _refused(authorisation: Authorisation) -> TokenProblem:
    challenge = BASIC_CHALLENGE if authorisation.demo else DPOP_CHALLENGE
    return TokenProblem(
        "invalid_client",
        "Cliente o credencial no validos / client or credential not valid",
        status=401,
        headers={"WWW-Authenticate": challenge},
    )
