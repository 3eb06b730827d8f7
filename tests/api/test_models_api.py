"""``GET /v1/models``: which model links, and who promoted what."""

import httpx

from app.lifecycle.service import Word
from app.reconciliation.scoring import CURRENT
from app.wiring import Services
from support.model_kit import STRICT, shifted


async def test_models_and_their_history_are_told(services: Services, api: httpx.AsyncClient, bearer) -> None:
    answer = await api.get("/v1/models", headers=bearer("models:manage"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["running"], told["standing"], told["relinking"]) == (CURRENT, None, False)
    assert CURRENT in {model["version"] for model in told["models"]}
    assert told["history"] == []

    async with services.database.write() as session:
        await services.lifecycle.models.keep(session, shifted(STRICT, 2.0), "operadora")
    await services.lifecycle.models.promote(STRICT, Word("operadora", "más prudente"), compared=False)
    told = (await api.get("/v1/models", headers=bearer("operator"))).json()
    assert (told["running"], told["standing"]) == (STRICT, STRICT)
    (promotion,) = told["history"]
    assert (promotion["previous"], promotion["version"]) == (CURRENT, STRICT)
    assert (promotion["made_by"], promotion["reason"]) == ("operadora", "más prudente")


async def test_models_are_for_who_manages_them(api: httpx.AsyncClient, bearer) -> None:
    assert (await api.get("/v1/models")).status_code == 401
    assert (await api.get("/v1/models", headers=bearer("registry:read"))).status_code == 403
