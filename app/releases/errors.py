"""What releases refuse, at the console and by their routes: the status is of the latter."""

from typing import ClassVar

from app.core.errors import Conflict, NotFound, OperatorError


class PeriodUnusable(OperatorError):
    code = "release-period-unusable"
    status: ClassVar[int] = 422
    es = "El periodo no vale: se publica un bimestre terminado y con datos, de {first} a {last}."
    en = "The period is not valid: what is released is a bimester that ended and has data, {first} to {last}."


class NothingHeld(OperatorError):
    code = "release-nothing-held"
    status: ClassVar[int] = 409
    es = "El registro no tiene todavía ningún bimestre terminado con datos."
    en = "The registry holds no finished bimester with data yet."


class Unlinked(OperatorError):
    code = "release-unlinked"
    status: ClassVar[int] = 409
    es = "Hay {records} registros sin vincular, que las cifras no verían. Antes: intertrata reconcile."
    en = "{records} records are not linked: the figures would miss them. Link first: intertrata reconcile."


class ReleaseUnknown(OperatorError):
    code = "release-unknown"
    status: ClassVar[int] = 404
    es = "No hay ninguna publicación con ese nombre. Véalas con intertrata release list o /v1/releases/steps."
    en = "There is no release of that name. See them with intertrata release list or /v1/releases/steps."


class WordMissing(OperatorError):
    code = "release-word-missing"
    status: ClassVar[int] = 422
    es = "Diga quién lo hace y por qué (--who, --reason): ambas cosas quedan en el asiento."
    en = "Say who does it and why (--who, --reason): the ledger keeps both."


class SecondPersonNeeded(OperatorError):
    code = "release-second-person"
    status: ClassVar[int] = 403
    es = "Quien preparó una publicación no la aprueba: lo hace otra persona."
    en = "Who built a release does not approve it: another person does."


class StepRefused(OperatorError):
    code = "release-step-refused"
    status: ClassVar[int] = 409
    es = "La publicación {release} está en estado {state}; eso se hace en estado {needed}."
    en = "Release {release} is in state {state}; that is done in state {needed}."


class OutOfDate(OperatorError):
    code = "release-out-of-date"
    status: ClassVar[int] = 409
    es = "Desde que se preparó {release} salió {other}, y su protección no la conoce: prepárela de nuevo."
    en = "Since {release} was built {other} came out, which its protection does not know: build it again."


class ReliedOn(OperatorError):
    code = "release-relied-on"
    status: ClassVar[int] = 409
    es = "La protección de {other}, ya programada, cuenta con que {release} salga: retire antes {other}."
    en = "The protection of {other}, already scheduled, counts on {release}: withdraw {other} first."


class Unprotectable(OperatorError):
    code = "release-unprotectable"
    status: ClassVar[int] = 409
    es = (
        "Nada protege estas celdas junto con lo ya publicado: {cells}. "
        "Prepárela sin edición pública (--without-public, public=false)."
    )
    en = (
        "Nothing protects these cells beside what is published: {cells}. "
        "Build it without a public edition (--without-public, public=false)."
    )


class FactsTooOld(OperatorError):
    code = "release-facts-too-old"
    status: ClassVar[int] = 409
    es = (
        "{release} se contó sin {missing}, por lo que ahora se publica «{indicator}»: lo ya publicado del"
        " año no permite protegerlo. Prepárela sin edición pública; la tabla empieza con el año siguiente."
    )
    en = (
        "{release} was counted without {missing}, by which “{indicator}” is public now: what is published"
        " of the year gives no means to protect it. Build without a public edition; it begins next year."
    )


class EarlierThanCalendar(OperatorError):
    code = "release-before-calendar"
    status: ClassVar[int] = 422
    es = "El calendario publica {period} desde {instant}; antes no sale."
    en = "The calendar releases {period} from {instant} on; it is not out before."


class NotReleased(NotFound):
    """The same for what does not exist, is not out yet, or was withdrawn."""

    code = "release-not-found"
    es = "No existe esa publicación, o no está en esa edición."
    en = "There is no such release, or not in that edition."


class BuildUnderWay(Conflict):
    code = "release-build-under-way"
    es = (
        "Ya se prepara el bimestre {period} de otra manera o por otra persona: {build}. Espere a que termine."
    )
    en = "Bimester {period} is being built already, otherwise or by somebody else: {build}. Wait for its end."


class BuildUnknown(NotFound):
    code = "release-build-unknown"
    es = "No se pidió ninguna preparación con ese id."
    en = "No build of that id was asked for."
