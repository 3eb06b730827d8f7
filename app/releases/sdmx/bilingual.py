"""Labels in both languages: pysdmx's model holds one text, so each carries two until it is written. Pure.

A text is joined as ``Spanish␟English``; what its writers made is then taken apart: ``name`` and ``names`` in
JSON, one element for each language in XML.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from lxml import etree

from schemas.indicators import Words

_BETWEEN: Final = "\u241f"  # the picture of a unit separator: in no text of ours
_PLURAL: Final = {"name": "names", "description": "descriptions", "text": "texts"}
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
LANGUAGES: Final = ("es", "en")

Says = Callable[[Words], str]


def both(words: Words) -> str:
    return f"{words.es}{_BETWEEN}{words.en}"


def one(language: str) -> Says:
    return (lambda words: words.en) if language == "en" else (lambda words: words.es)


def apart_in_json(written: str, language: str) -> bytes:
    """``language`` is the one of ``name``; ``names`` has both."""
    document = _apart(json.loads(written), LANGUAGES.index(language))
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _apart(value: Any, chosen: int) -> Any:
    if isinstance(value, list):
        return [_apart(each, chosen) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("isExternalReference"):
        value.pop("dataStructureComponents", None)  # of a stub: empty
    told: dict[str, Any] = {}
    for key, held in value.items():
        if isinstance(held, str) and _BETWEEN in held:
            texts = held.split(_BETWEEN)
            told[key] = texts[chosen]
            told[_PLURAL[key]] = dict(zip(LANGUAGES, texts, strict=True))
        elif key != "groups" or held:  # pysdmx writes an empty list, which the schema refuses
            told[key] = _apart(held, chosen)
    return told


def apart_in_xml(written: str) -> bytes:
    """Without what says of which measure an attribute is: there is one, and some readers stop at it."""
    root = etree.fromstring(written.encode())
    for element in list(root.iter()):
        if element.text is None or _BETWEEN not in element.text:
            continue
        spanish, english = element.text.split(_BETWEEN)
        other = deepcopy(element)
        element.text, other.text = spanish, english
        element.set(_LANGUAGE, "es")
        other.set(_LANGUAGE, "en")
        element.addnext(other)
    for relationship in list(root.iter("{*}MeasureRelationship")):
        parent = relationship.getparent()
        assert parent is not None  # it stands in an attribute
        parent.remove(relationship)
    for components in list(root.iter("{*}DataStructureComponents")):
        parent = components.getparent()
        if parent is not None and len(components) == 0:  # of a stub
            parent.remove(components)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
