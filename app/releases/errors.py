"""What releases refuse. Whoever builds and approves them does so at the console."""

from app.core.errors import NotFound, OperatorError


class PeriodUnusable(OperatorError):
    code = "release-period-unusable"
    es = "El periodo no vale: se publica un bimestre terminado y con datos, de {first} a {last}."
    en = "The period is not valid: what is released is a bimester that ended and has data, {first} to {last}."


class NothingHeld(OperatorError):
    code = "release-nothing-held"
    es = "El registro no tiene todavía ningún bimestre terminado con datos."
    en = "The registry holds no finished bimester with data yet."


class Unlinked(OperatorError):
    code = "release-unlinked"
    es = "Hay {records} registros sin vincular, que las cifras no verían. Antes: intertrata reconcile."
    en = "{records} records are not linked: the figures would miss them. Link first: intertrata reconcile."


class ReleaseUnknown(OperatorError):
    code = "release-unknown"
    es = "No hay ninguna publicación con ese nombre. Véalas con: intertrata release list."
    en = "There is no release of that name. See them with: intertrata release list."


class WordMissing(OperatorError):
    code = "release-word-missing"
    es = "Diga quién lo hace y por qué (--who, --reason): ambas cosas quedan en el asiento."
    en = "Say who does it and why (--who, --reason): the ledger keeps both."


class SecondPersonNeeded(OperatorError):
    code = "release-second-person"
    es = "Quien preparó una publicación no la aprueba: --who debe ser otra persona."
    en = "Who built a release does not approve it: --who must be another person."


class StepRefused(OperatorError):
    code = "release-step-refused"
    es = "La publicación {release} está en estado {state}; eso se hace en estado {needed}."
    en = "Release {release} is in state {state}; that is done in state {needed}."


class OutOfDate(OperatorError):
    code = "release-out-of-date"
    es = "Desde que se preparó {release} salió {other}, y su protección no la conoce: prepárela de nuevo."
    en = "Since {release} was built {other} came out, which its protection does not know: build it again."


class Unprotectable(OperatorError):
    code = "release-unprotectable"
    es = (
        "Nada protege estas celdas junto con lo ya publicado: {cells}. "
        "Prepárela sin edición pública: --without-public."
    )
    en = (
        "Nothing protects these cells beside what is published: {cells}. "
        "Build it without a public edition: --without-public."
    )


class EarlierThanCalendar(OperatorError):
    code = "release-before-calendar"
    es = "El calendario publica {period} desde {instant}; antes no sale."
    en = "The calendar releases {period} from {instant} on; it is not out before."


class NotReleased(NotFound):
    """The same for what does not exist, is not out yet, or was withdrawn."""

    code = "release-not-found"
    es = "No existe esa publicación, o no está en esa edición."
    en = "There is no such release, or not in that edition."
