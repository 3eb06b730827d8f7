"""What is open, by the methods and codings of HTTP: HEAD, what a page asks first, gzip. Over a socket."""

import gzip
import http.client
from urllib.parse import urlsplit

import httpx
import pytest

from support.release_server import Served

TABLE = "/v1/open/tables/victims-department.csv"
FLOW = "/sdmx/3.0/data/dataflow/INTERTRATA/DF_CASES_DEPARTMENT"
OPEN = ("/v1/open", TABLE, FLOW, "/sdmx/2.1/dataflow/all/all/latest", "/sdmx/2.1/data/DF_CASES_DEPARTMENT")
PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("path", [*OPEN, "/v1/open/tables/none.csv", "/v1/releases/latest", "/v1/calendar"])
def test_head_is_the_answer_of_get_without_its_body(client: httpx.Client, path: str) -> None:
    got, head = client.get(path, headers=PLAIN), client.head(path, headers=PLAIN)
    assert (head.status_code, head.content) == (got.status_code, b"")
    own = {"x-request-id", "date", "ratelimit", "content-length"}
    assert {k: v for k, v in head.headers.items() if k not in own} == {
        k: v for k, v in got.headers.items() if k not in own
    }
    if got.status_code == 200:
        assert head.headers["content-length"] == str(len(got.content))


def test_a_connection_goes_on_after_head(served: Served) -> None:
    """A body that came after all would be read as the next answer."""
    where = urlsplit(served.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    for method in ("HEAD", "GET", "HEAD", "GET"):
        connection.request(method, TABLE, headers=PLAIN)
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, method == "GET")
    connection.close()


def test_head_is_refused_where_get_is(client: httpx.Client) -> None:
    refused = client.head("/oauth/token")
    assert (refused.status_code, refused.content) == (405, b"")
    assert "HEAD" not in refused.headers["allow"]
    assert "HEAD" in client.delete(TABLE).headers["allow"]


@pytest.mark.parametrize("path", OPEN)
def test_a_page_may_ask_for_what_changed(client: httpx.Client, path: str) -> None:
    """A conditional request of a page is asked for first (CORS-preflight); then it is 304."""
    asked = {
        "Origin": "https://pagina.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    allowed = client.options(path, headers=asked)
    assert (allowed.status_code, allowed.content) == (204, b"")
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "if-none-match" in allowed.headers["access-control-allow-headers"].lower()
    assert "GET" in allowed.headers["access-control-allow-methods"]
    held = {"Origin": asked["Origin"], "If-None-Match": client.get(path).headers["etag"]}
    assert client.get(path, headers=held).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/v1/releases/latest", "/sdmx/restricted/3.0/structure/dataflow/*/*/*", "/oauth/token", "/v1/cases"],
)
def test_nobody_is_asked_so_for_what_is_closed(client: httpx.Client, path: str) -> None:
    asked = {"Origin": "https://pagina.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(path, headers=asked)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_travels_compressed_and_is_the_same(client: httpx.Client, path: str) -> None:
    plain, packed = client.get(path, headers=PLAIN), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    assert all("accept-encoding" in each.headers["vary"].lower() for each in (plain, packed))
    for tag in (plain.headers["etag"], packed.headers["etag"]):
        held = client.get(path, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
        assert (held.status_code, held.content) == (304, b"")


def test_the_bytes_themselves_are_gzip(served: Served) -> None:
    where = urlsplit(served.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    connection.request("GET", TABLE, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(connection.getresponse().read()).startswith(b"release,")
    connection.close()


def test_what_is_closed_is_never_compressed(client: httpx.Client, served: Served) -> None:
    """Its length would tell of a secret beside what who asks has chosen (BREACH)."""
    headers = {**served.bearer("releases:restricted", "statistics:read"), "Accept-Encoding": "gzip"}
    for path in ("/sdmx/restricted/3.0/structure/dataflow/*/*/*", "/v1/statistics/indicators"):
        answer = client.get(path, headers=headers)
        assert len(answer.content) > 500
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("provider", "status"),
    [
        ("all", 200),
        ("INTERTRATA", 200),
        ("INTERTRATA,INTERTRATA", 200),
        ("X+INTERTRATA", 200),
        ("NOBODY", 404),
    ],
)
def test_whose_data_is_asked_is_not_passed_over(client: httpx.Client, provider: str, status: int) -> None:
    assert client.get(f"/sdmx/2.1/data/DF_CASES_DEPARTMENT/all/{provider}").status_code == status
