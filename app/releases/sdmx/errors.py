"""Refusals as SDMX writes them: an error message in XML, an ``errors`` array in JSON; in both languages."""

import json
from typing import Final

from fastapi import Response
from lxml import etree

from app.core.errors import IntertrataError

ERROR_JSON: Final = "application/vnd.sdmx.data+json; version=2.0.0"
ERROR_XML: Final = "application/vnd.sdmx.error+xml; version=2.1"
_MESSAGE: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
_COMMON: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NUMBERS: Final = {400: 140, 404: 100, 406: 1406, 413: 130, 422: 150, 501: 501}
"""SDMX's own numbers (its web services guidelines, 2.1); 1000 and more are the service's."""


def error_response(error: IntertrataError, *, xml: bool) -> Response:
    number = _NUMBERS.get(error.status, 1000 + error.status)
    es, en = error.sentence("es"), error.sentence("en")
    headers = {**error.headers, "Vary": "Accept, Accept-Language"}
    if xml:
        return Response(_in_xml(number, es, en), error.status, headers, ERROR_XML)
    told = {
        "code": number,
        "title": error.code,
        "detail": es,
        "details": {"es": es, "en": en},
    }
    body = json.dumps({"errors": [told]}, ensure_ascii=False)
    return Response(body, error.status, headers, ERROR_JSON)


def _in_xml(number: int, es: str, en: str) -> bytes:
    root = etree.Element(f"{{{_MESSAGE}}}Error", nsmap={"mes": _MESSAGE, "com": _COMMON})
    message = etree.SubElement(root, f"{{{_MESSAGE}}}ErrorMessage", code=str(number))
    for language, sentence in (("es", es), ("en", en)):
        text = etree.SubElement(message, f"{{{_COMMON}}}Text")
        text.set(_LANGUAGE, language)
        text.text = sentence
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
