"""Who may call, put together: clients, the authorisation server, the gate."""

from dataclasses import dataclass

from app.core.clock import Clock
from app.core.errors import SettingsInvalid
from app.core.settings import Settings
from app.db.engine import Database
from app.security.admission import Admissions
from app.security.blind import BlindIndex
from app.security.certificates import PeerCertificates
from app.security.clients import ClientService
from app.security.dpop import Nonces
from app.security.external import ExternalTokens, Trust
from app.security.gate import Gate, Proofs, Verifier
from app.security.granting import Authorisation
from app.security.jws import FAPI_ALGORITHMS
from app.security.keyring import KeyRing
from app.security.modes import networks
from app.security.ports import PermissionWitness
from app.security.remote_keys import RemoteKeys
from app.security.request_pace import Paces, RequestPace
from app.security.rings import RingFile
from app.security.signing import SigningKeys
from app.security.tokens import OwnTokens, Realm, TokenIssuer


@dataclass(frozen=True, slots=True)
class Access:
    clients: ClientService
    gate: Gate
    authorisation: Authorisation
    pace: RequestPace


def realm_of(settings: Settings) -> Realm:
    """Issuer and audience of tokens: the address under which the service is reached."""
    scheme = "http" if settings.tls_certificate_file is None else "https"
    issuer = (settings.public_url or f"{scheme}://{settings.host}:{settings.port}").rstrip("/")
    return Realm(issuer=issuer, audience=f"{issuer}/v1")


def build_access(
    settings: Settings,
    database: Database,
    keys: KeyRing | RingFile,
    clock: Clock,
    witness: PermissionWitness,
) -> Access:
    """Raises ``ProxiesInvalid``, ``SettingsInvalid`` or ``IssuerPlain``."""
    clients = ClientService(database, witness, demo=settings.mode == "demo")
    blind = BlindIndex(keys.keyring if isinstance(keys, RingFile) else keys)
    pace = RequestPace(database, blind, paces_of(settings))
    authorisation = _authorisation(settings, clients, Admissions(database, pace), keys, clock)
    realm = authorisation.realm
    proofs = Proofs(
        realm.issuer, authorisation.certificates, authorisation.nonces, unbound=authorisation.demo
    )
    gate = Gate(_verifier(settings, authorisation), authorisation.admissions, proofs, clock)
    return Access(authorisation.clients, gate, authorisation, pace)


def paces_of(settings: Settings) -> Paces:
    return Paces(
        client=settings.requests_per_client_minute,
        officer=settings.requests_per_officer_minute,
        address=settings.tokens_per_address_minute,
        named=settings.tokens_per_client_minute,
        open=settings.open_per_address_minute,
    )


def _verifier(settings: Settings, authorisation: Authorisation) -> Verifier:
    if settings.issuer is None:
        return authorisation.own
    algorithms = tuple(each.strip() for each in settings.issuer_algorithms.split(","))
    if not algorithms or not {*algorithms} <= {*FAPI_ALGORITHMS, "RS256"}:
        raise SettingsInvalid(names="issuer_algorithms")
    trust = Trust(settings.issuer, settings.issuer_audience or authorisation.realm.audience)
    return ExternalTokens(trust, RemoteKeys(settings.issuer, algorithms))


def _authorisation(
    settings: Settings,
    clients: ClientService,
    admissions: Admissions,
    keys: KeyRing | RingFile,
    clock: Clock,
) -> Authorisation:
    demo, realm = settings.mode == "demo", realm_of(settings)
    keyring, renew = (keys.keyring, keys.another().renewed) if isinstance(keys, RingFile) else (keys, None)
    signing = SigningKeys(keyring.signing, keyring.signing_starts, renew)
    nonce_key = BlindIndex(keyring).digest("dpop-nonce", b"")
    return Authorisation(
        clients=clients,
        issuer=TokenIssuer(signing, realm),
        own=OwnTokens(signing, realm),
        realm=realm,
        signing=signing,
        clock=clock,
        admissions=admissions,
        certificates=PeerCertificates(networks(settings.trusted_proxies)),
        nonces=Nonces(nonce_key) if settings.dpop_nonces and not demo else None,
        demo=demo,
        embedded=settings.issuer is None,
    )
