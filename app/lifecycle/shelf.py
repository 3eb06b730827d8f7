"""Models as texts: one form for one meaning, so that a digest names a content. Pure."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from app.lifecycle.errors import ModelFileUnusable, VersionUnusable
from app.reconciliation.scoring import Model, ModelUnreadable

_VERSION: Final = re.compile(r"[0-9][0-9A-Za-z.-]{0,39}")


@dataclass(frozen=True, slots=True)
class ModelText:
    """A model file in its one form, with the SHA-256 of it."""

    version: str
    content: str
    digest: str
    provenance: Mapping[str, Any]


def text_of(data: Mapping[str, Any]) -> ModelText:
    """Raises ``VersionUnusable``."""
    content = one_form(data)
    return ModelText(checked(data["version"]), content, digest(content), data["provenance"])


def read(content: bytes) -> ModelText:
    """A model file from elsewhere. Raises ``ModelFileUnusable`` or ``VersionUnusable``."""
    try:
        model = text_of(json.loads(content))
        Model.parse(model.content)
    except (ValueError, LookupError, TypeError, ModelUnreadable):
        raise ModelFileUnusable from None
    return model


def one_form(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def checked(version: str) -> str:
    """Raises ``VersionUnusable``: a version is a name of a file and stands in the ledger."""
    if not _VERSION.fullmatch(version):
        raise VersionUnusable
    return version


def shipped() -> Iterator[ModelText]:
    """The models that come with the program, by version. What is no model there has another kind of name."""
    files = (resources.files("app.reconciliation") / "model").iterdir()
    for name in sorted(file.name for file in files):
        version = name.removesuffix(".json")
        if name.endswith(".json") and _VERSION.fullmatch(version):
            yield shipped_text(version)


def shipped_text(version: str) -> ModelText:
    source = resources.files("app.reconciliation") / "model" / f"{checked(version)}.json"
    return text_of(json.loads(source.read_bytes()))
