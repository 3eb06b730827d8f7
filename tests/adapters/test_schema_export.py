"""JSON Schema of every JSON form: valid, in step with the readers, and true of the samples."""

import json
from pathlib import Path

import jsonschema_rs

from adapters.base import Form
from adapters.catalog import CATALOG
from adapters.export import DIALECT, export_schemas, json_forms, json_schemas
from schemas.vocabulary import Feed
from support.deliveries import SAMPLES, translate


def validator(feed: Feed) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json_schemas()[f"{feed.value}.v1.schema.json"])


def test_every_json_form_has_a_schema_of_its_own() -> None:
    with_json = {feed for feed, adapter in CATALOG.items() if adapter.forms & {Form.JSON, Form.NDJSON}}
    assert set(json_forms()) == with_json == {Feed.RETA_PNP, Feed.SISTRA, Feed.LINEA_1818}
    assert len({schema["$id"] for schema in json_schemas().values()}) == 3


def test_exported_schemas_are_valid_2020_12(tmp_path: Path) -> None:
    written = export_schemas(tmp_path / "new" / "folder")
    assert len(written) == 3
    for path in written:
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert schema["$schema"] == DIALECT
        assert jsonschema_rs.meta.is_valid(schema)


def test_export_writes_the_same_bytes_again(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in export_schemas(tmp_path)}
    assert {path.name: path.read_bytes() for path in export_schemas(tmp_path)} == first


def test_the_schema_holds_of_every_sample_carpeta_that_is_accepted_without_warning() -> None:
    schema = validator(Feed.SISTRA)
    lines = (SAMPLES / "sistra.ndjson").read_bytes().splitlines()
    found = translate(CATALOG[Feed.SISTRA], b"\n".join(lines), Form.NDJSON)
    for line, each in zip(lines, found, strict=True):
        if not each.issues:
            schema.validate(json.loads(line))


def test_the_schema_refuses_what_the_adapter_rejects() -> None:
    schema = validator(Feed.SISTRA)
    carpeta = json.loads((SAMPLES / "sistra.ndjson").read_bytes().splitlines()[0])
    for field in ("numero", "actualizado", "delitos"):
        assert not schema.is_valid({key: value for key, value in carpeta.items() if key != field})
    assert not schema.is_valid(carpeta | {"delitos": []})
    assert not schema.is_valid(carpeta | {"campoNuevo": 1})
