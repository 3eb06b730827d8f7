"""Only tokens of our own issuer pass, and only in force; everything a token says of itself is distrusted."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from jose import jwe

from app.security.keyring import Key, KeyRing, KeySet
from app.security.signing import SigningKeys
from app.security.tokens import (
    CLOCK_AHEAD,
    LIFETIME,
    MAX_CHARACTERS,
    AccessClaims,
    Realm,
    TokenIssuer,
    TokenRefused,
    TokenVerifier,
    key_set_document,
)


def signers(keys: KeySet) -> SigningKeys:
    return SigningKeys(keys, {})


KEYS = KeyRing.generate().signing
REALM = Realm(issuer="https://registro.example", audience="https://registro.example/v1")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ISSUER = TokenIssuer(signers(KEYS), REALM)
VERIFIER = TokenVerifier(signers(KEYS), REALM)


def encode(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def sign(header: dict[str, Any], claims: Any, key: Key = KEYS.current) -> str:
    """Signed by hand with ES256, so that a forged header or claim is all that is wrong with the token."""
    body = f"{encode(header)}.{encode(claims)}"
    private = serialization.load_pem_private_key(key.secret, password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
    signature = r.to_bytes(32) + s.to_bytes(32)
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": KEYS.current.id}
CLAIMS = {
    "iss": REALM.issuer,
    "sub": "cl-1",
    "aud": REALM.audience,
    "exp": int(NOW.timestamp()) + 600,
    "iat": int(NOW.timestamp()),
    "jti": "1",
    "client_id": "cl-1",
    "scope": "registry:read",
}


def refused(token: str, now: datetime = NOW) -> None:
    with pytest.raises(TokenRefused):
        VERIFIER.verify(token, now)


def test_a_token_says_who_calls_and_what_they_may() -> None:
    claims = VERIFIER.verify(ISSUER.issue("cl-1", ("registry:read", "feeds:read"), NOW), NOW)
    assert isinstance(claims, AccessClaims)
    assert (claims.sub, claims.client_id) == ("cl-1", "cl-1")
    assert claims.scopes == {"registry:read", "feeds:read"}


def test_the_hand_made_token_of_these_tests_passes_when_nothing_is_wrong_with_it() -> None:
    assert VERIFIER.verify(sign(HEADER, CLAIMS), NOW).sub == "cl-1"


def test_a_token_lasts_ten_minutes_and_not_a_second_more() -> None:
    token = ISSUER.issue("cl-1", (), NOW)
    assert timedelta(minutes=10) == LIFETIME
    assert VERIFIER.verify(token, NOW + LIFETIME - timedelta(seconds=1))
    refused(token, NOW + LIFETIME)


def test_a_clock_slightly_ahead_is_accepted_and_a_minute_is_not() -> None:
    assert VERIFIER.verify(ISSUER.issue("cl-1", (), NOW + CLOCK_AHEAD), NOW)
    refused(ISSUER.issue("cl-1", (), NOW + timedelta(seconds=60)))


def test_a_token_made_to_last_longer_is_refused() -> None:
    refused(sign(HEADER, CLAIMS | {"exp": CLAIMS["iat"] + 601}))  # type: ignore[operator]
    refused(sign(HEADER, CLAIMS | {"exp": CLAIMS["iat"]}))


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "", "HS256", "RS256", "ES384", "ES256K", "EdDSA", None, 1]
)
def test_only_es256_is_accepted(alg: object) -> None:
    refused(sign(HEADER | {"alg": alg}, CLAIMS))


@pytest.mark.parametrize("signature", ["", "AA"])
def test_an_unsigned_token_is_refused(signature: str) -> None:
    refused(f"{encode(HEADER | {'alg': 'none'})}.{encode(CLAIMS)}.{signature}")
    refused(f"{encode(HEADER)}.{encode(CLAIMS)}.{signature}")


def test_the_public_key_is_no_hmac_secret_in_any_form() -> None:
    private = serialization.load_pem_private_key(KEYS.current.secret, password=None)
    public = private.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    forms = [
        public.public_bytes(serialization.Encoding.PEM, spki),
        public.public_bytes(serialization.Encoding.DER, spki),
        json.dumps(key_set_document(KEYS.all())["keys"][0]).encode(),
    ]
    for secret in forms:
        for alg in ("HS256", "ES256"):
            body = f"{encode(HEADER | {'alg': alg})}.{encode(CLAIMS)}"
            mac = hmac.new(secret, body.encode(), hashlib.sha256).digest()
            refused(f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/cert"},
        {"x5c": ["AA"]},
        {"jwk": key_set_document(KEYS.all())["keys"][0]},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"enc": "A256GCM"},
    ],
)
def test_a_header_that_asks_for_anything_more_is_refused_though_well_signed(extra: dict[str, Any]) -> None:
    refused(sign(HEADER | extra, CLAIMS))


@pytest.mark.parametrize("kid", ["", "0" * 16, "../../etc/passwd", "' OR 1=1 --", None, 7, ["a"], {"a": "b"}])
def test_the_key_is_one_of_ours_or_none(kid: object) -> None:
    refused(sign(HEADER | {"kid": kid}, CLAIMS))


@pytest.mark.parametrize("field", ["alg", "typ", "kid"])
def test_a_header_without_its_fields_is_refused(field: str) -> None:
    refused(sign({name: value for name, value in HEADER.items() if name != field}, CLAIMS))


@pytest.mark.parametrize("typ", ["JWT", "dpop+jwt", "AT+JWT", None])
def test_another_kind_of_jwt_is_no_access_token(typ: object) -> None:
    refused(sign(HEADER | {"typ": typ}, CLAIMS))


@pytest.mark.parametrize("claim", sorted(CLAIMS))
def test_every_claim_is_required(claim: str) -> None:
    refused(sign(HEADER, {name: value for name, value in CLAIMS.items() if name != claim}))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://another.example"),
        ("iss", [REALM.issuer]),
        ("aud", "https://another.example"),
        ("aud", [REALM.audience, "https://another.example"]),
        ("aud", []),
        ("exp", str(CLAIMS["exp"])),
        ("exp", 1e300),
        ("exp", float("inf")),
        ("exp", None),
        ("exp", True),
        ("iat", "yesterday"),
        ("iat", -1),
        ("sub", 7),
        ("sub", ""),
        ("jti", ""),
        ("scope", ["registry:read"]),
        ("nbf", "soon"),
        ("nbf", 2**40),
        ("at_hash", "x"),
    ],
)
def test_a_claim_of_another_value_or_type_is_refused(claim: str, value: object) -> None:
    refused(sign(HEADER, CLAIMS | {claim: value}))


@pytest.mark.parametrize("claims", [[], "x", 1, None, [CLAIMS]])
def test_claims_that_are_no_object_are_refused(claims: object) -> None:
    refused(sign(HEADER, claims))


def test_a_token_of_another_installation_is_refused() -> None:
    theirs = KeyRing.generate().signing
    refused(TokenIssuer(signers(theirs), REALM).issue("cl-1", (), NOW))
    refused(sign(HEADER, CLAIMS, key=theirs.current))  # our kid, their signature


def test_an_encrypted_token_is_refused() -> None:
    token = jwe.encrypt(json.dumps(CLAIMS), b"0" * 32, algorithm="dir", encryption="A256GCM").decode()
    assert token.count(".") == 4
    refused(token)


def test_an_overlong_token_is_refused_before_it_is_read() -> None:
    refused(sign(HEADER, CLAIMS | {"pad": "x" * MAX_CHARACTERS}))
    refused("a" * 10_000_000)


def test_a_deeply_nested_header_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    refused(f"{deep}.e30.AA")
    refused(f"{deep[:3000]}.e30.AA")


@pytest.mark.parametrize("junk", [" ", "\n", "=", "\x00", "é"])
def test_a_token_is_written_in_one_way_only(junk: str) -> None:
    token = sign(HEADER, CLAIMS)
    refused(token + junk)
    refused(junk + token)
    refused(token.replace(".", f"{junk}.", 1))


@given(st.text(max_size=200))
def test_no_text_makes_anything_but_a_refusal(text: str) -> None:
    refused(text)


@given(st.lists(st.binary(max_size=70), min_size=3, max_size=3))
def test_no_three_parts_make_anything_but_a_refusal(parts: list[bytes]) -> None:
    refused(".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts))


def test_a_single_changed_character_breaks_a_token() -> None:
    token = sign(HEADER, CLAIMS)
    for index in range(0, len(token) - 1, 7):  # the last character carries unused bits
        if token[index] != ".":
            refused(token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :])


def test_after_rotation_old_tokens_live_out_their_minutes_and_new_ones_name_the_new_key() -> None:
    old = ISSUER.issue("cl-1", (), NOW)
    rotated = KeySet(KeyRing.generate().signing.current, KEYS.all())
    verifier = TokenVerifier(signers(rotated), REALM)
    assert verifier.verify(old, NOW)
    fresh = TokenIssuer(signers(rotated), REALM).issue("cl-1", (), NOW)
    assert verifier.verify(fresh, NOW)
    refused(fresh)


def test_the_published_keys_are_public_and_named() -> None:
    (key,) = key_set_document(KEYS.all())["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["kid"]) == ("EC", "P-256", KEYS.current.id)


def test_the_refusal_says_nothing_of_the_token() -> None:
    with pytest.raises(TokenRefused) as caught:
        VERIFIER.verify(sign(HEADER, CLAIMS | {"aud": "leaky"}), NOW)
    assert "leaky" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
