"""One spelling of a JWT, and keys that are public, strong and for signatures: everything else is refused."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security import jws
from app.security.credentials import CredentialInvalid, from_file, from_jwks, from_name
from app.security.dpop import ProofRefused, normalised
from app.security.jws import JwsRefused
from support.fapi_client import HolderKey, b64, eddsa, es256, number, ps256
from support.naming import steady

EC, RSA, ED = es256(), ps256(), eddsa()


def raw(header: str, claims: str, key: HolderKey = EC) -> str:
    """Signed over JSON as written, so that its spelling is all that is wrong."""
    body = f"{b64(header.encode())}.{b64(claims.encode())}"
    return f"{body}.{b64(key.sign(body.encode()))}"


def refused(token: str) -> None:
    with pytest.raises(JwsRefused):
        jws.parse(token)


@pytest.mark.parametrize("key", [EC, RSA, ED], ids=lambda key: key.alg)
def test_each_algorithm_verifies_its_own_signature_and_no_others(key: HolderKey) -> None:
    public = jws.public_key(key.jwk)
    public.check(jws.parse(key.jwt({"alg": key.alg}, {"a": 1})))
    assert public.thumbprint == key.thumbprint
    for other in (EC, RSA, ED):
        for alg in ("ES256", "PS256", "EdDSA", "RS256", "HS256", "none", None, ["ES256"]):
            if (other, alg) != (key, key.alg):
                with pytest.raises(JwsRefused):
                    public.check(jws.parse(other.jwt({"alg": alg}, {"a": 1})))


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ('{"alg": "ES256", "alg": "none"}', "{}"),
        ('{"alg": "ES256"}', '{"aud": "a", "aud": "b"}'),
        ('{"alg": "ES256"}', '{"cnf": {"jkt": "a", "jkt": "b"}}'),
        ('{"alg": "ES256"}', '{"exp": NaN}'),
        ('{"alg": "ES256"}', '{"exp": Infinity}'),
        ('{"alg": "ES256"}', "{}{}"),
        ('{"alg": "ES256"}', "[]"),
        ('{"alg": "ES256"}', "[" * 2000),
        ('{"alg": "ES256"}', '{"a": ' + "1" * 5000 + "}"),
        ('{"alg": "ES256", "crit": ["exp"]}', "{}"),
        ('{"alg": "ES256", "b64": true}', "{}"),
    ],
    ids=lambda text: text[:30],
)
def test_json_that_two_parsers_could_read_differently_is_refused(header: str, claims: str) -> None:
    refused(raw(header, claims))


def test_bytes_have_one_spelling_in_base64() -> None:
    token = raw('{"alg": "ES256"}', '{"a": 12}')
    head, claims, signature = token.split(".")
    jws.parse(token)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    unused = alphabet[alphabet.index(signature[-1]) ^ 1]  # differs in a bit that no byte has
    assert base64.urlsafe_b64decode(signature[:-1] + unused + "==") == jws.decoded(signature)
    refused(f"{head}.{claims}.{signature[:-1]}{unused}")
    for other in (f"{token}=", f"{token}.", f"{token}.x", f" {token}", f"{token}\n", token.replace("_", "/")):
        if other != token:
            refused(other)
    refused(f"{head}.{claims}")
    refused(f"{head}..{signature}")


@given(st.text(max_size=100))
def test_no_text_makes_anything_but_a_refusal(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        [],
        {},
        {"kty": "oct", "k": "AAAA"},
        EC.jwk | {"d": "AAAA"},
        RSA.jwk | {"p": "AAAA"},
        EC.jwk | {"crv": "P-384"},
        EC.jwk | {"crv": "secp256k1"},
        EC.jwk | {"y": EC.jwk["x"]},
        EC.jwk | {"x": b64(b"\0" + base64.urlsafe_b64decode(EC.jwk["x"] + "="))},
        EC.jwk | {"x": 7},
        EC.jwk | {"use": "enc"},
        EC.jwk | {"key_ops": ["sign"]},
        EC.jwk | {"alg": "ES384"},
        EC.jwk | {"kty": "RSA"},
        ED.jwk | {"crv": "X25519"},
        ED.jwk | {"x": "AAAA"},
        RSA.jwk | {"e": number(3)},
        RSA.jwk | {"n": number(2**1024 + 1)},
        RSA.jwk | {"n": number(2**8192 + 1)},
        RSA.jwk | {"alg": "RS256"},
    ],
    ids=steady,
)
def test_a_key_that_is_weak_private_or_for_something_else_is_refused(jwk: Any) -> None:
    with pytest.raises(JwsRefused):
        jws.public_key(jwk)
    with pytest.raises(CredentialInvalid):
        from_jwks(json.dumps({"keys": [jwk]}).encode())


@pytest.mark.parametrize(
    "document",
    [b"", b"x", b"[]", b'{"keys": []}', b'{"keys": 1}', b'{"keys": [], "keys": []}', b"-----BEGIN nothing"],
)
def test_a_file_that_holds_no_key_is_refused(document: bytes) -> None:
    with pytest.raises(CredentialInvalid):
        from_file(document)


def test_two_keys_of_one_name_and_names_with_odd_characters_are_refused() -> None:
    for kids in (("a", "a"), ("a", "b/../c"), ("a", ""), ("a", 7)):
        keys = [key.jwk | {"kid": kid} for key, kid in zip((EC, ED), kids, strict=True)]
        with pytest.raises(CredentialInvalid):
            from_jwks(json.dumps({"keys": keys}).encode())


@pytest.mark.parametrize(
    "name", ["", "x", "UPPER.example", "a..b", "CN", "=", "CN=", "a b.example", "*.example"]
)
def test_a_name_that_no_certificate_could_carry_is_refused(name: str) -> None:
    with pytest.raises(CredentialInvalid):
        from_name(name)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.pe/x", "HTTPS://A.pe:443/x?q#f", True),
        ("https://a.pe/%7Ex", "https://a.pe/~x", True),
        ("https://a.pe/%2fx", "https://a.pe/%2Fx", True),
        ("https://a.pe", "https://a.pe/", True),
        ("https://a.pe/x%2Fy", "https://a.pe/x/y", False),
        ("https://a.pe/x", "https://a.pe/X", False),
        ("https://a.pe/x", "https://a.pe/x/", False),
        ("https://a.pe/x", "http://a.pe/x", False),
        ("https://a.pe/x", "https://a.pe:8443/x", False),
        ("https://[::1]:1/x", "https://[::1]/x", False),
    ],
)
def test_addresses_are_the_same_where_rfc_3986_says_so(one: str, other: str, same: bool) -> None:
    assert (normalised(one) == normalised(other)) is same


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://a.pe/", "https://u@a.pe/", "https://a.pe:x/", "https://[/", "//a.pe"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ProofRefused):
        normalised(url)
