"""What ingestion refuses, and what it tells the caller to do."""

from app.core.errors import (
    BadRequest,
    Conflict,
    ContentTooLarge,
    NotFound,
    Unavailable,
    Unprocessable,
    UnsupportedMediaType,
)


class UnknownFeed(NotFound):
    code = "unknown-feed"
    es = "No existe esa fuente. Las fuentes son: {feeds}."
    en = "There is no such feed. The feeds are: {feeds}."


class UnknownBatch(NotFound):
    code = "unknown-batch"
    es = "No existe ese lote, o no es de una fuente que usted pueda leer."
    en = "There is no such batch, or it is not of a feed that you may read."


class FormNotAccepted(UnsupportedMediaType):
    code = "form-not-accepted"
    es = "La fuente {feed} no acepta ese tipo de contenido. Acepta: {accepted}."
    en = "Feed {feed} does not accept that content type. It accepts: {accepted}."


class EncodingNotAccepted(UnsupportedMediaType):
    code = "encoding-not-accepted"
    es = "Solo se acepta Content-Encoding gzip o ninguno."
    en = "Only Content-Encoding gzip, or none, is accepted."


class BodyTooLarge(ContentTooLarge):
    code = "body-too-large"
    es = "El contenido supera el límite de {limit} bytes. Envíelo en partes."
    en = "The content exceeds the limit of {limit} bytes. Send it in parts."


class EmptyBody(BadRequest):
    code = "empty-body"
    es = "El contenido está vacío. Envíe el archivo en el cuerpo de la solicitud."
    en = "The content is empty. Send the file as the body of the request."


class BodyUnreadable(Unprocessable):
    code = "body-unreadable"
    es = "El contenido no se puede leer en la forma declarada ({reason})."
    en = "The content cannot be read in the form declared ({reason})."


class NotOneRecord(Unprocessable):
    code = "not-one-record"
    es = "Se espera exactamente un registro. Para varios, use /v1/feeds/{feed}/batches."
    en = "Exactly one record is expected. For several, use /v1/feeds/{feed}/batches."


class UploadInterrupted(BadRequest):
    code = "upload-interrupted"
    es = "El envío se cortó antes del final; no se guardó nada. Envíelo otra vez."
    en = "The upload was cut before its end; nothing was kept. Send it again."


class KeyMalformed(BadRequest):
    code = "idempotency-key-malformed"
    es = "Idempotency-Key debe tener de 1 a 200 caracteres ASCII visibles."
    en = "Idempotency-Key must be 1 to 200 visible ASCII characters."


class KeyReused(Unprocessable):
    code = "idempotency-key-reused"
    es = "Esa Idempotency-Key ya se usó con otro contenido. Use una nueva."
    en = "That Idempotency-Key was already used with other content. Use a new one."


class KeyInUse(Conflict):
    code = "idempotency-key-in-use"
    es = "Una solicitud con esa Idempotency-Key sigue en curso. Espere a que termine."
    en = "A request with that Idempotency-Key is still running. Wait for its end."


class PageMalformed(BadRequest):
    code = "page-malformed"
    es = "El cursor de página no es uno que este servicio haya dado."
    en = "The page cursor is not one that this service gave."


class SourceUnavailable(Unavailable):
    code = "source-unavailable"
    es = "El sistema de origen de {feed} no respondió ({reason}). Lo recibido se conserva; reintente."
    en = "The source system of {feed} did not answer ({reason}). What was received is kept; try again."
