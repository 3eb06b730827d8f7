"""What every part and level of a weight is called for people. Pure; a test holds it complete.

No sentence holds a value that was compared.
"""

from collections.abc import Mapping
from typing import Final

from app.reconciliation.reports import Cap
from app.reconciliation.resolve import Rule
from schemas.problems import Sentence

S = Sentence

TITLES: Final[Mapping[str, Sentence]] = {
    "document": S("Documento", "Document"),
    "paternal": S("Apellido paterno", "Paternal surname"),
    "maternal": S("Apellido materno", "Maternal surname"),
    "given": S("Nombres", "Given names"),
    "initials": S("Iniciales", "Initials"),
    "birth": S("Nacimiento o edad", "Birth or age"),
    "sex": S("Sexo", "Sex"),
    "nationality": S("Nacionalidad", "Nationality"),
    "alias": S("Alias", "Alias"),
    "role": S("Papel", "Role"),
    "key": S("Clave de identidad reservada", "Protected key"),
    "nameless": S("Sin nombre", "Nameless"),
    "feeds": S("Instituciones", "Institutions"),
    "numbers": S("Números citados", "Cited numbers"),
    "dates": S("Fechas", "Dates"),
    "place": S("Lugar", "Place"),
    "family": S("Delito", "Offence"),
    "victims": S("Víctimas", "Victims"),
    "suspects": S("Presuntos autores", "Suspects"),
    "prior": S("Punto de partida", "Starting point"),
    "rule": S("Regla dura", "Hard rule"),
    "cap": S("Tope", "Cap"),
    "rivals": S("Rivales", "Rivals"),
}

_NO_EVIDENCE: Final = S("Falta el dato: no es prueba.", "Not stated: no evidence.")
_PEOPLE: Final[Mapping[str, Sentence]] = {
    "several": S("Dos o más personas en común.", "Two people or more in common."),
    "strong": S("Una persona en común, con mucha evidencia.", "One person in common, on strong evidence."),
    "fair": S("Una persona en común, con bastante evidencia.", "One person in common, on fair evidence."),
    "weak": S("Quizá una persona en común.", "Perhaps one person in common."),
    "open": S("No se puede decir si son las mismas.", "Whether they are the same cannot be told."),
    "call_disagrees": S(
        "La llamada nombra a otra persona; quien llama nombra a una de varias.",
        "The call names somebody else; a caller names one of several.",
    ),
    "disagree": S("Personas distintas.", "Different people."),
    "unknown": S("Alguno de los dos no nombra a nadie.", "One of the two names nobody."),
}

LEVELS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "document": {
        "null": S("Falta en una, o son de distinto tipo.", "Missing in one, or of different types."),
        "equal": S("Es el mismo número.", "The same number."),
        "one_edit": S("Difiere en un solo error de escritura.", "One typing error apart."),
        "conflict": S("Son números distintos.", "Different numbers."),
    },
    "paternal": {
        "null": _NO_EVIDENCE,
        "equal": S("Es igual.", "Equal."),
        "swapped": S("Los dos apellidos están invertidos.", "The two surnames are swapped."),
        "sound": S("Suena igual.", "Sounds the same."),
        "near": S("Casi igual.", "Nearly equal."),
        "crossed": S("Es el otro apellido de la otra.", "It is the other surname of the other."),
        "differs": S("Es distinto.", "Different."),
    },
    "maternal": {
        "null": S("Falta, o ya se contó la inversión.", "Not stated, or the swap was counted already."),
        "equal": S("Es igual.", "Equal."),
        "sound": S("Suena igual.", "Sounds the same."),
        "near": S("Casi igual.", "Nearly equal."),
        "crossed": S("Es el otro apellido de la otra.", "It is the other surname of the other."),
        "differs": S("Es distinto.", "Different."),
    },
    "given": {
        "null": _NO_EVIDENCE,
        "equal": S("Son iguales.", "Equal."),
        "second_conflicts": S(
            "Coincide el primero; el segundo no.", "The first agrees, the second does not."
        ),
        "first": S("Coincide el primero.", "The first agrees."),
        "shared": S(
            "El primero de una es el segundo de la otra.", "The first of one is the second of the other."
        ),
        "sound": S("Suenan igual, o casi.", "Sound the same, or nearly."),
        "short": S("Uno es forma corta del otro.", "One is a short form of the other."),
        "differs": S("Son distintos.", "Different."),
    },
    "initials": {
        "null": S("No hay iniciales que comparar.", "There are no initials to compare."),
        "equal": S("Las iniciales concuerdan.", "The initials agree."),
        "partial": S("Concuerdan en parte.", "They agree in part."),
        "head": S("Solo concuerda la primera.", "Only the first agrees."),
        "differs": S("No concuerdan.", "They do not agree."),
    },
    "birth": {
        "null": _NO_EVIDENCE,
        "equal": S("La misma fecha de nacimiento.", "The same date of birth."),
        "typo": S("Fechas a un error de escritura.", "Dates one typing error apart."),
        "dates_near": S("Fechas a menos de 13 meses.", "Dates less than 13 months apart."),
        "dates_differ": S("Fechas de nacimiento distintas.", "Different dates of birth."),
        "age_agrees": S("Las edades concuerdan.", "The ages agree."),
        "age_possible": S("Las edades son compatibles.", "The ages are compatible."),
        "age_near": S("Las edades difieren en cerca de un año.", "The ages are about a year apart."),
        "age_differs": S("Las edades no concuerdan.", "The ages do not agree."),
    },
    "sex": {
        "null": _NO_EVIDENCE,
        "equal": S("El mismo.", "The same."),
        "differs": S("Distinto.", "Different."),
    },
    "nationality": {
        "null": _NO_EVIDENCE,
        "foreign": S("La misma, extranjera.", "The same, foreign."),
        "equal": S("La misma.", "The same."),
        "differs": S("Distinta.", "Different."),
    },
    "alias": {
        "null": _NO_EVIDENCE,
        "equal": S("El mismo.", "The same."),
        "differs": S("Distinto.", "Different."),
    },
    "role": {
        "equal": S("El mismo papel en los dos registros.", "The same role in both records."),
        "differs": S("Víctima en uno, presunto autor en el otro.", "Victim in one, suspect in the other."),
    },
    "prior": {
        "apart": S("Dos menciones de casos distintos.", "Two mentions of different cases."),
        "one_case": S(
            "Dos menciones de un mismo caso y papel: son pocas las que pueden ser.",
            "Two mentions of one case and role: few could be meant.",
        ),
        "other_role": S("Un mismo caso, otro papel.", "One case, another role."),
        "records": S("Dos registros cualesquiera que se comparan.", "Any two records that are compared."),
    },
    "key": {
        "equal": S("La misma clave en el mismo caso.", "The same key inside the case."),
        "differs": S("Claves distintas en el mismo caso.", "Different keys inside the case."),
    },
    "nameless": {
        "one_case": S("De una solo se sabe sexo y edad.", "Of one nothing but sex and age is known."),
    },
    "feeds": {
        "same": S("De la misma institución.", "Of the same institution."),
        "cross": S("De instituciones distintas.", "Of different institutions."),
    },
    "numbers": {
        "court_case": S("El mismo expediente (número, año y distrito).", "The same court case."),
        "one_number": S(
            "El mismo número de una institución, escrito de dos maneras.",
            "The same number of one institution, written in two ways.",
        ),
        "first_call": S("Una llamada nombra a la otra.", "One call names the other."),
        "both": S("Se citan el uno al otro.", "Each cites the other."),
        "one": S("Uno cita al otro.", "One cites the other."),
        "one_contradicted": S(
            "Uno cita al otro, que cita un tercero.", "One cites the other, which cites another one."
        ),
        "third": S("Los dos citan a un tercero.", "Both cite a third."),
        "near": S(
            "Uno cita un número a un error del otro.", "One cites a number one error from the other's."
        ),
        "elsewhere": S("Citan otros números.", "They cite other numbers."),
        "none": S("Ningún número en común.", "No number in common."),
    },
    "dates": {
        "facts_equal": S("Los mismos hechos: igual fecha.", "The same date of the facts."),
        "facts_days": S("Hechos a tres días o menos.", "Facts three days apart or less."),
        "facts_weeks": S("Hechos a sesenta días o menos.", "Facts sixty days apart or less."),
        "facts_far": S("Hechos a más de sesenta días.", "Facts more than sixty days apart."),
        "lag_days": S("Reporte a dos semanas de los hechos.", "Report within two weeks of the facts."),
        "lag_months": S("Reporte a meses de los hechos.", "Report months after the facts."),
        "lag_years": S("Reporte a años de los hechos.", "Report years after the facts."),
        "lag_impossible": S(
            "El reporte es anterior a los hechos, o muy posterior.",
            "The report precedes the facts, or by far too late.",
        ),
        "reports_days": S("Reportes a diez días o menos.", "Reports ten days apart or less."),
        "reports_months": S("Reportes a meses.", "Reports months apart."),
        "reports_far": S("Reportes demasiado alejados.", "Reports too far apart."),
        "unknown": _NO_EVIDENCE,
    },
    "place": {
        "district": S("El mismo distrito.", "The same district."),
        "district_differs": S("La misma provincia, otro distrito.", "The same province, another district."),
        "province": S("La misma provincia.", "The same province."),
        "province_differs": S(
            "El mismo departamento, otra provincia.", "The same department, another province."
        ),
        "department": S("El mismo departamento.", "The same department."),
        "office": S("El despacho es del mismo departamento.", "The office is of the same department."),
        "conflict": S("Departamentos distintos.", "Different departments."),
        "unknown": _NO_EVIDENCE,
    },
    "family": {
        "equal": S("La misma familia de delito.", "The same offence family."),
        "differs": S("Otra familia de delito.", "Another offence family."),
        "unknown": _NO_EVIDENCE,
    },
    "victims": _PEOPLE,
    "suspects": _PEOPLE,
    "rule": {
        Rule.ONE_RECORD: S(
            "Dos personas de un registro son dos, salvo el mismo documento.",
            "Two people of one record are two, unless their document is the same.",
        ),
        Rule.COPIED_DOCUMENT: S(
            "El mismo documento con otro nombre en un registro: copiado.",
            "The same document under another name in one record: copied.",
        ),
        Rule.SIBLINGS: S(
            "Comparten apellido y no nombre: hermanas, salvo prueba.",
            "A surname but no given name in common: sisters, unless proved otherwise.",
        ),
        Rule.STRANGERS: S("Iniciales sin una letra en común.", "Initials without a letter in common."),
        Rule.TWIN_DOCUMENTS: S(
            "Documentos a una cifra y otro nombre de pila: hermanas inscritas juntas.",
            "Documents one digit apart under another given name: sisters registered together.",
        ),
        Rule.DOCUMENTS: S("Documentos válidos distintos.", "Different valid documents."),
        Rule.ONE_DOCUMENT: S(
            "El mismo documento válido bajo dos nombres: que lo mire una persona, por poco que coincida.",
            "One valid document under two names: for a reviewer to see, however little else agrees.",
        ),
        Rule.NAMELESS: S(
            "De una no se sabe quién es: indicio a lo más.", "Of one nobody knows who it is: a hint at most."
        ),
        Rule.LOCAL: S(
            "Iniciales y claves no valen entre casos.", "Initials and keys mean nothing across cases."
        ),
        "not_joined": S("Uno de los registros no es de ningún caso.", "One of the records is of no case."),
        "follow_up": S("Seguimiento de esa misma llamada.", "A follow-up of that very call."),
        "not_followed": S("Un seguimiento solo es de su llamada.", "A follow-up is of its own call alone."),
        "nothing_near": S(
            "Ni números, ni fechas, ni lugar los acercan.", "No number, date or place brings them near."
        ),
    },
    "cap": {
        Rule.HALF_A_NAME: S(
            "Medio nombre no vincula entre casos: a revisión.",
            "Half a name links nobody across cases: to a reviewer.",
        ),
        Rule.DOCUMENT_SHARED: S(
            "Un documento bajo el que parece haber dos personas: ajeno, prestado o copiado. A revisión.",
            "One document under which two people seem to stand: another's, lent or copied. To a reviewer.",
        ),
        Rule.RENEWED_DOCUMENT: S(
            "Dos números de un documento que se renueva, con nacimiento y nombres iguales. A revisión.",
            "Two numbers of a document that is renewed, the birth and the names agreeing. To a reviewer.",
        ),
        Rule.SIBLING_NAMES: S(
            "Nombres de hermanas: a revisión como máximo.", "Names of sisters: for a reviewer at best."
        ),
        Rule.OTHER_SEX: S(
            "Sexos distintos y nombres de pila que no son el mismo: podrían ser hermanos. A revisión.",
            "Different sexes under given names that are not one: maybe brother and sister. To a reviewer.",
        ),
        Rule.OTHER_GIVEN: S(
            "Cada una tiene un nombre de pila que la otra no: podrían ser hermanas. A revisión.",
            "Each bears a given name that the other does not: they may be sisters. To a reviewer.",
        ),
        Rule.OTHER_MATERNAL: S(
            "Otro apellido materno, sin documento ni fecha de nacimiento: podrían ser primas. A revisión.",
            "Another maternal surname without document or date of birth: maybe cousins. To a reviewer.",
        ),
        Rule.BIRTHS_APART: S(
            "Nacimientos o edades que se contradicen, sin el mismo documento: a revisión.",
            "Births or ages that contradict each other, without the same document: to a reviewer.",
        ),
        Rule.OTHER_NAMES: S(
            "Nada del nombre de una es del nombre de la otra: a revisión.",
            "Nothing of the one's name is of the other's: to a reviewer.",
        ),
        Rule.KEY_ALONE: S(
            "Una clave sin nombre, con otro sexo u otra edad: a revisión.",
            "A key without a name, of another sex or age: to a reviewer.",
        ),
        Rule.TWO_KEYS: S(
            "Dos claves sin nombre donde hay varias víctimas: cada carpeta las numera a su modo. A revisión.",
            "Two nameless keys where there are several victims: every file numbers its own. To a reviewer.",
        ),
        Rule.KEY_WITHOUT_AGE: S(
            "Una clave sin nombre ni edad que comparar, y ningún número une los registros: a revisión.",
            "A key with neither name nor age to compare, and no number binds the records: to a reviewer.",
        ),
        Rule.SURNAMES_MOVED: S(
            "Entre casos, un apellido está en el lugar del otro: puede ser otra familia. A revisión.",
            "Across cases a surname stands in the place of the other: maybe another family. To a reviewer.",
        ),
        Rule.NAMES_ALONE: S(
            "Entre casos, casi solo los nombres hablan por ellas: podrían ser homónimas. A revisión.",
            "Across cases hardly more than names speaks for them: they may be namesakes. To a reviewer.",
        ),
        Rule.ONE_DAY: S(
            "Hechos del mismo día en dos departamentos; solo nombre y edad: a revisión.",
            "Facts of one day in two departments; a name and an age alone: to a reviewer.",
        ),
        Rule.COMMON_NAME: S(
            "Nombre frecuente y solo una edad, en departamentos distintos: a revisión.",
            "A common name and only an age, in different departments: to a reviewer.",
        ),
        Cap.NOBODY_IN_COMMON: S(
            "De una institución y sin nadie en común: a revisión.",
            "Of one institution with nobody in common: to a reviewer.",
        ),
        Cap.PEOPLE_ALONE: S(
            "Una persona en común no hace un caso: a revisión.",
            "A shared person alone is no case: to a reviewer.",
        ),
        Cap.FACTS_DISAGREE: S(
            "Los hechos no concuerdan: a revisión como máximo.", "The facts disagree: for a reviewer at best."
        ),
        Cap.FACTS_DISAGREE_FEW: S("Los hechos no concuerdan: aparte.", "The facts disagree: apart."),
        "certain": S("Más certeza no cabe.", "There is no more certainty than this."),
    },
    "rivals": {
        "interchangeable": S(
            "Nada distingue a estas personas entre los dos registros: colocadas por orden, a revisión.",
            "Nothing tells these people apart between the two records: placed in order, to a reviewer.",
        ),
        "claimed": S(
            "Contando a las demás personas de los dos registros: cada una es una sola de la otra parte.",
            "With everybody else of the two records counted: each is one of the other side at most.",
        ),
    },
}

RARITY: Final = S(
    "Cuán raro es en la población lo que coincide.", "How rare in the population what agrees is."
)


def title(name: str) -> Sentence:
    return TITLES[name]


def sentence(name: str, level: str) -> Sentence:
    """Raises KeyError for a level that has no words: a test holds that there is none."""
    return LEVELS[name][level]
