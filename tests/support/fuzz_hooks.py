"""What schemathesis needs to be told of this API; loaded by its name (``SCHEMATHESIS_HOOKS``).

A token of the token endpoint is asked for before it ends; whoever asks says a purpose in most requests, or
nearly all would end at that door.
"""

import hashlib
import json
import os
from typing import Any, Final

import requests
import schemathesis

from app.security.officers import HEADER
from support.fapi_client import es256
from support.fapi_requests import Holder, sign_everything
from support.web_fixtures import PURPOSE

KEY: Final = os.environ.get(
    "FUZZ_KEY"
)  # production: the client's key, which is also what its tokens are bound to
HOLDER: Final = (
    Holder(os.environ["FUZZ_ADDRESS"], os.environ["FUZZ_CLIENT"], es256(KEY)) if KEY is not None else None
)
SCHEME: Final = "Bearer" if HOLDER is None else "DPoP"
if HOLDER is not None:
    sign_everything(HOLDER)


@schemathesis.auth(refresh_interval=240)
class Token:
    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:
        if HOLDER is not None:
            return HOLDER.token()
        form = {"grant_type": "client_credentials"}
        known = (os.environ["FUZZ_CLIENT"], os.environ["FUZZ_SECRET"])
        answer = requests.post(f"{os.environ['FUZZ_ADDRESS']}/oauth/token", form, auth=known, timeout=10)
        return str(answer.json()["access_token"])

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"{SCHEME} {data}"}


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Headers that were generated to be good are made good: their form is finer than a description tells."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    known = json.loads(os.environ["FUZZ_KNOWN"])
    which, there = divmod(_number(case), 2)
    if there:  # every other time, something that is there
        for name in known.keys() & case.path_parameters.keys():
            case.path_parameters[name] = known[name][which % len(known[name])]
    if case.headers is not None:
        case.headers.pop(HEADER, None)  # only a key of the client's could make one
        for name in set(PURPOSE) & {*case.headers}:
            case.headers[name] = PURPOSE[name]


def _number(case: schemathesis.Case) -> int:
    """The same for the same generated request, in every run; ``case.id`` is random."""
    generated = (case.method, case.path, dict(case.path_parameters), dict(case.query or {}))
    told = json.dumps(generated, sort_keys=True, default=repr).encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(told).digest()[:8])
