"""JSON Schema (2020-12) of every JSON form of every source, from the models beside its adapter."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from adapters.base import Form
from adapters.catalog import CATALOG
from schemas.vocabulary import Feed

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_forms() -> Mapping[Feed, type[BaseModel]]:
    """The model of one document, of each feed that has a JSON form: ``DOCUMENT`` in its ``native``."""
    return {
        feed: import_module(f"adapters.{feed.name.lower()}.native").DOCUMENT
        for feed, adapter in CATALOG.items()
        if adapter.forms & {Form.JSON, Form.NDJSON}
    }


def json_schemas() -> dict[str, dict[str, Any]]:
    """By file name, such as ``sistra.v1.schema.json``."""
    return {
        f"{feed.value}.v{CATALOG[feed].contract_version}.schema.json": {
            "$schema": DIALECT,
            "$id": f"urn:intertrata:contract:{feed.value}:{CATALOG[feed].contract_version}",
            **model.model_json_schema(by_alias=True, mode="validation"),
        }
        for feed, model in json_forms().items()
    }


def export_schemas(directory: Path) -> list[Path]:
    """Write them all; the same bytes each time. Returns the files written."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in sorted(json_schemas().items()):
        path = directory / name
        path.write_text(
            json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )
        written.append(path)
    return written
