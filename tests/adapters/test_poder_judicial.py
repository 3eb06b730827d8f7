"""Poder Judicial: the contract's sample, and what each element means."""

from datetime import UTC, date, datetime

import pytest

from adapters.base import Form
from adapters.poder_judicial import PoderJudicial
from adapters.poder_judicial.mapping import NAMESPACE
from schemas.observations import Mention, Observation, RulingParty
from schemas.translation import IssueCode, Translation
from schemas.vocabulary import Feed, OffenceFamily, PartyKind, Role, RulingType, Stage
from support.deliveries import SAMPLES, translate

SAMPLE = (SAMPLES / "poder_judicial.xml").read_bytes()
REJECTED = {6: IssueCode.NUMBER_MISSING, 8: IssueCode.OFFENCE_UNREADABLE}
WARNED = {6, 12}

RECORD = """<expediente numero="00123-2023-0-2703-JR-PE-01" actualizado="2024-01-10T09:00:00-05:00">
 <distritoJudicial>MADRE DE DIOS</distritoJudicial><organo>1 JUZGADO</organo>
 <fechaIngreso>2023-10-02</fechaIngreso><delito codigo="129-B">TRATA DE PERSONAS AGRAVADA</delito>
 <carpetaFiscal>2706014502-2023-123-0</carpetaFiscal><estado>SENTENCIADO</estado>
 <partes>
  <parte orden="1" tipo="AGRAVIADO" persona="NATURAL"><iniciales>Y.P.S.L.</iniciales><edad>16</edad></parte>
  <parte orden="3" tipo="PROCESADO" persona="NATURAL"><nombres>NN</nombres></parte>
 </partes>
 <resoluciones><resolucion fecha="2023-12-20" instancia="1" tipo="CONDENATORIA">
  <parte ref="3" penaMeses="144" reparacion="20000.00"/></resolucion></resoluciones>
</expediente>"""


def read(record: str) -> Translation:
    content = f'<expedientes xmlns="{NAMESPACE}">{record}</expedientes>'.encode()
    (found,) = translate(PoderJudicial(), content, Form.XML)
    return found


def changed(old: str, new: str) -> Translation:
    assert old in RECORD
    return read(RECORD.replace(old, new))


def observed(translation: Translation) -> Observation:
    assert translation.observation is not None
    return translation.observation


def codes(translation: Translation) -> set[str]:
    return {issue.code.value for issue in translation.issues}


def sample(number: int) -> Observation:
    return observed(translate(PoderJudicial(), SAMPLE, Form.XML)[number - 1])


def mention(observation: Observation, order: int) -> Mention:
    return next(each for each in observation.mentions if each.order == order)


def test_sample_expedientes_end_as_expected() -> None:
    found = translate(PoderJudicial(), SAMPLE, Form.XML)
    assert len(found) == 13
    for number, each in enumerate(found, start=1):
        rejections = {issue.code for issue in each.issues if issue.severity.value == "rejection"}
        assert rejections == ({REJECTED[number]} if number in REJECTED else set()), number
        assert each.has_warnings == (number in WARNED), number


def test_sample_1_is_read_to_the_letter() -> None:
    found = sample(1)
    assert (found.key, found.citation_key) == ("00123-2023-0-2703-JR-PE-01", "00123-2023-27")
    assert found.stamp.astimezone(UTC).date() == date(2024, 8, 20)
    assert found.offence is not None
    assert (found.offence.family, found.offence.code) == (OffenceFamily.TRAFFICKING, "129-B")
    assert found.office_district == "Madre de Dios"
    assert [(each.feed, each.key) for each in found.citations] == [(Feed.SISTRA, "2706014507-2023-88-0")]
    assert [(each.role, each.order, each.identity.initials) for each in found.mentions] == [
        (Role.VICTIM, 1, "OYCH"),
        (Role.VICTIM, 2, "MCH"),
        (Role.VICTIM, 3, None),
        (Role.OTHER, 4, None),
        (Role.SUSPECT, 5, None),
        (Role.SUSPECT, 6, None),
    ]
    assert mention(found, 2).age_min == 14
    assert [(ruling.type, ruling.instance, len(ruling.parties)) for ruling in found.rulings] == [
        (RulingType.CONVICTED, 1, 2),
        (RulingType.UPHELD, 2, 2),
    ]
    assert found.rulings[0].parties[0] == RulingParty(order=5, sentence_months=180, reparation="30000.00")


def test_an_incident_is_a_record_of_its_own_in_the_same_court_case() -> None:
    main, incident = sample(1), sample(3)
    assert main.key != incident.key
    assert main.citation_key == incident.citation_key


def test_sample_roles_of_no_persons() -> None:
    firm = mention(sample(4), 6)
    assert (firm.role, firm.kind) == (Role.OTHER, PartyKind.LEGAL_ENTITY)
    assert [(each.role, each.order) for each in sample(13).mentions] == [
        (Role.OTHER, 1),
        (Role.OTHER, 2),
        (Role.SUSPECT, 3),
    ]
    assert mention(sample(7), 3).role is Role.WITNESS


def test_initials_in_the_firm_name_of_a_natural_person() -> None:
    first = mention(sample(7), 1)
    assert (first.identity.initials, first.identity.legal_name, first.age_min) == ("IAVC", None, 14)


def test_anulado_annuls_and_is_no_stage() -> None:
    assert (sample(10).annulled, sample(10).stage) == (True, None)
    assert (sample(2).annulled, sample(2).stage) == (False, Stage.SENTENCED)


def test_nn_is_a_person_of_whom_nothing_is_known() -> None:
    found = observed(read(RECORD))
    assert mention(found, 3).identity.given is None
    assert not read(RECORD).has_warnings


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<estado>SENTENCIADO", "<estado>EN TRAMITE", "value_unknown"),
        ("<edad>16", "<edad>doce", "number_unreadable"),
        ("<edad>16", "<edad>250", "age_implausible"),
        ("2023-10-02", "2023-02-31", "date_unreadable"),
        ("MADRE DE DIOS", "ATLANTIDA", "place_unknown"),
        ('tipo="AGRAVIADO"', 'tipo="CURIOSO"', "value_unknown"),
        ('persona="NATURAL"', 'persona="EXTRATERRESTRE"', "value_unknown"),
        ('orden="1"', 'orden="uno"', "order_repaired"),
        ('orden="1" tipo="AGRAVIADO"', 'orden="3" tipo="PROCESADO"', "order_repaired"),
        ('ref="3"', 'ref="9"', "reference_unknown"),
        ('ref="3"', 'ref="&#x0663;"', "reference_unknown"),
        ('penaMeses="144"', 'penaMeses="mucho"', "number_unreadable"),
        ('reparacion="20000.00"', 'reparacion="20,000"', "number_unreadable"),
        ('instancia="1"', 'instancia="0"', "value_unknown"),
        ('tipo="CONDENATORIA"', 'tipo="RARA"', "value_unknown"),
        ("2706014502-2023-123-0", "carpeta", "number_unreadable"),
        ("<estado>", "<estado>OTRO</estado><estado>", "rows_disagree"),
        ("<estado>", "<nuevo>1</nuevo><estado>", "field_unexpected"),
        ("<estado>SENTENCIADO", "<estado><b/>SENTENCIADO", "field_unexpected"),
        ("<partes>", "<partes><nota/>", "field_unexpected"),
        ("<edad>", "<apodo>x</apodo><edad>", "field_unexpected"),
        (' tipo="AGRAVIADO"', ' tipo="AGRAVIADO" nuevo="1"', "field_unexpected"),
        (' persona="NATURAL"', "", "field_missing"),
        ("<estado>SENTENCIADO</estado>", "", "field_missing"),
        ("<organo>1 JUZGADO</organo>", '<organo xmlns="urn:otro">1</organo>', "field_missing"),
        ('numero="00123-2023-0-2703-JR-PE-01"', 'numero="123-MDD"', "number_unreadable"),
        ("TRATA DE PERSONAS AGRAVADA", "", None),
        ("PERSONAS AGRAVADA</delito>", "PERSONAS</delito><delito codigo='303-A'>TIM</delito>", None),
    ],
)
def test_a_bad_field_is_a_warning_and_no_bad_record(old: str, new: str, code: str | None) -> None:
    found = changed(old, new)
    assert not found.rejected
    assert found.has_warnings == (code is not None), found.issues
    assert code is None or code in codes(found)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('numero="00123-2023-0-2703-JR-PE-01"', "", "number_missing"),
        ('actualizado="2024-01-10T09:00:00-05:00"', "", "stamp_missing"),
        ('actualizado="2024-01-10T09:00:00-05:00"', 'actualizado="ayer"', "stamp_unreadable"),
        ('<delito codigo="129-B">TRATA DE PERSONAS AGRAVADA</delito>', "", "offence_unreadable"),
        ('codigo="129-B">TRATA DE PERSONAS AGRAVADA', 'codigo="">#N/A', "offence_unreadable"),
    ],
)
def test_what_makes_a_record_unusable_rejects_it(old: str, new: str, code: str) -> None:
    found = changed(old, new)
    assert found.rejected
    assert code in codes(found)


def test_of_several_offences_trafficking_wins() -> None:
    found = changed("<delito", '<delito codigo="303-A">TIM</delito><delito')
    offence = observed(found).offence
    assert offence is not None
    assert offence.family is OffenceFamily.TRAFFICKING
    assert "offences_differ" in codes(found)


def test_a_party_of_unknown_quality_gets_no_role() -> None:
    found = observed(changed('tipo="PROCESADO"', 'tipo="CURIOSO"'))
    assert [each.order for each in found.mentions] == [1]
    assert found.rulings[0].parties == ()


@pytest.mark.parametrize("field", ["razonSocial", "nombres"])
def test_the_state_is_no_victim_whatever_kind_is_stated(field: str) -> None:
    found = changed("<iniciales>Y.P.S.L.</iniciales><edad>16</edad>", f"<{field}>EL ESTADO PERUANO</{field}>")
    assert mention(observed(found), 1).kind is PartyKind.STATE
    assert found.has_warnings


def test_several_documents_the_first_that_is_evidence_counts() -> None:
    documents = '<documento tipo="DNI">00000000</documento><documento tipo="PAS">AB123987</documento>'
    found = observed(changed("<edad>16", f"{documents}<edad>16"))
    document = mention(found, 1).identity.document
    assert document is not None
    assert document.number == "AB123987"


def test_personal_values_are_marked() -> None:
    found = changed("Y.P.S.L.", "MARIA 1?")
    assert [(issue.code, issue.personal) for issue in found.issues] == [(IssueCode.VALUE_UNKNOWN, True)]


def test_a_stamp_without_offset_is_lima_time() -> None:
    found = observed(changed("2024-01-10T09:00:00-05:00", "2024-01-10T09:00:00"))
    assert found.stamp == datetime(2024, 1, 10, 14, tzinfo=UTC)
