"""Clients: what may be made, and what is refused."""

import pytest

from app.db.engine import Database
from app.security.clients import (
    NAME_CHARACTERS,
    ClientNameInvalid,
    ClientRefused,
    ClientService,
    ClientUnknown,
    ScopeUnknown,
)


@pytest.mark.parametrize("name", ["", "   ", "a" * (NAME_CHARACTERS + 1), "a\x00b", "a\nb", "a\u202eb"])
async def test_a_name_is_short_and_visible(module_database: Database, name: str) -> None:
    with pytest.raises(ClientNameInvalid):
        await ClientService(module_database, demo=True).create(name, ["operator"])


@pytest.mark.parametrize("scope", ["", "*", "feed:sigma:read", "operator registry:read", "operator\x00"])
async def test_a_scope_is_on_the_list(module_database: Database, scope: str) -> None:
    with pytest.raises(ScopeUnknown):
        await ClientService(module_database, demo=True).create("Prueba", [scope])


@pytest.mark.parametrize(
    "client_id", ["cl-0000000000000000", "", "\x00", "'; drop table client", "cl-" + "Ñ" * 16]
)
async def test_only_a_client_that_is_there_can_be_disabled(module_database: Database, client_id: str) -> None:
    with pytest.raises(ClientUnknown):
        await ClientService(module_database, demo=True).disable(client_id)


async def test_a_secret_opens_its_client_until_it_is_disabled(module_database: Database) -> None:
    service = ClientService(module_database, demo=True)
    new = await service.create("  Ministerio Público  ", ["feeds:read", "feed:sistra:write"])
    assert new.name == "Ministerio Público"
    found = await service.authenticate(new.id, new.secret)
    assert (found.id, found.scopes) == (new.id, ("feed:sistra:write", "feeds:read"))
    with pytest.raises(ClientRefused):
        await service.authenticate(new.id, new.secret[:-1] + ("A" if new.secret[-1] != "A" else "B"))
    await service.disable(new.id)
    with pytest.raises(ClientRefused):
        await service.authenticate(new.id, new.secret)


async def test_disabling_again_keeps_the_first_moment(module_database: Database) -> None:
    service = ClientService(module_database, demo=True)
    new = await service.create("Dos veces", ["operator"])
    await service.disable(new.id)
    first = {client.id: client.disabled_at for client in await service.all()}[new.id]
    await service.disable(new.id)
    assert {client.id: client.disabled_at for client in await service.all()}[new.id] == first


async def test_no_two_clients_share_id_or_secret_and_no_secret_shows_in_a_repr(
    module_database: Database,
) -> None:
    service = ClientService(module_database, demo=True)
    made = [await service.create("Igual", ["operator"]) for _ in range(3)]
    assert len({client.id for client in made}) == len({client.secret for client in made}) == 3
    assert not any(client.secret in repr(client) for client in made)
