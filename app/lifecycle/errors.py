"""What the life of a model refuses. All of it is for whoever operates the service."""

from app.core.errors import NotFound, OperatorError


class ModelUnknown(NotFound):
    code = "model-unknown"
    es = "No hay ningún modelo con esa versión. Véalos con: intertrata model list."
    en = "There is no model of that version. See them with: intertrata model list."


class VersionUnusable(OperatorError):
    code = "model-version-unusable"
    es = "Una versión se escribe con letras, cifras, punto y guion, y empieza por una cifra; 40 a lo más."
    en = "A version is written with letters, digits, dot and dash, beginning with a digit; 40 at most."


class ModelFileUnusable(OperatorError):
    code = "model-file-unusable"
    es = "El archivo no es un modelo, o le falta una comparación, un nivel o parte de la política."
    en = "The file is no model, or lacks a comparison, a level or a part of the policy."


class VersionTaken(OperatorError):
    code = "model-version-taken"
    es = "Ya hay un modelo {version} con otro contenido. Un modelo no se edita: déle otra versión."
    en = "There is a model {version} of other content. A model is never edited: give it another version."


class ReasonMissing(OperatorError):
    code = "reason-missing"
    es = "Diga quién lo hace y por qué: ambas cosas quedan en el asiento."
    en = "Say who does it and why: the ledger keeps both."


class AlreadyRunning(OperatorError):
    code = "model-already-running"
    es = "El modelo {version} ya es el que vincula."
    en = "Model {version} is the one that links already."


class ComparisonMissing(OperatorError):
    code = "comparison-missing"
    es = (
        "Falta una comparación de {version} con {running} sobre lo que hoy se tiene: "
        "intertrata model compare {version}. O promueva sin ella: --without-comparison, con el motivo."
    )
    en = (
        "A comparison of {version} with {running} on what is held today is missing: intertrata model compare "
        "{version}. Or promote without: --without-comparison, with the reason."
    )


class TrainingImpossible(OperatorError):
    code = "training-impossible"
    es = "No hay con qué entrenar: {missing}. Siga con el modelo que vincula."
    en = "There is not enough to train on: {missing}. Go on with the model that links."


class TrainingImplausible(OperatorError):
    code = "training-implausible"
    es = "Lo aprendido contradice lo que se sabe y no se guarda: {findings}."
    en = "What was learnt contradicts what is known and is not kept: {findings}."


class NothingToRollBack(OperatorError):
    code = "nothing-to-roll-back"
    es = "No hay ninguna promoción en vigor: vincula el modelo con que se empezó."
    en = "No promotion is in force: the model that links is the one that was begun with."
