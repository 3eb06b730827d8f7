"""The JSON form of a carpeta. Source: the feed contracts, version 1, ``sistra``.

These models are what ``schemas export`` publishes and where the readers take the contract's names from. The
readers do not validate with them: a bad field is not a bad record.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from schemas.base import Contract

Day = Field(default=..., description="ISO 8601: AAAA-MM-DD", examples=["2023-03-30"])
Ubigeo = Field(default=..., description="UBIGEO del INEI, seis dígitos", examples=["170102"])


class _Native(Contract):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="forbid")


def names_of(model: type[BaseModel], *, only_required: bool = False) -> frozenset[str]:
    """The JSON names of a model's fields."""
    return frozenset(
        field.alias or name
        for name, field in model.model_fields.items()
        if field.is_required() or not only_required
    )


class Delito(_Native):
    codigo: str | None = Field(description="Artículo del Código Penal", examples=["129-A", "303-A"])
    descripcion: str | None


class Documento(_Native):
    tipo: Literal["DNI", "CE", "PTP", "CPP", "PAS", "CI"] | None
    numero: str | None


class Medida(_Native):
    tipo: Literal[
        "SALA_ACOGIDA", "CAR", "PROTECCION_POLICIAL", "RESERVA_IDENTIDAD", "CAMBIO_DOMICILIO", "OTRA"
    ]
    fecha: str | None = Day


class Servicio(_Native):
    entidad: str | None
    tipo: Literal[
        "LEGAL",
        "SOCIAL",
        "PSICOLOGICA",
        "MEDICA",
        "ALOJAMIENTO",
        "EDUCATIVA",
        "LABORAL",
        "REPATRIACION",
        "REINTEGRACION",
    ]
    fecha: str | None = Day


class Agraviado(_Native):
    orden: int = Field(ge=1)
    tipo: Literal["NATURAL", "JURIDICA", "ESTADO"]
    reserva: str | None = Field(description="Clave local de la carpeta", examples=["CLAVE 03-2023"])
    iniciales: str | None = Field(examples=["Y.P.S.L."])
    apellido_paterno: str | None
    apellido_materno: str | None
    nombres: str | None = Field(description="También el Estado o una empresa")
    documento: Documento | None
    sexo: Literal["F", "M"] | None
    fecha_nacimiento: str | None = Day
    edad: int | None
    nacionalidad: str | None = Field(description="ISO 3166-1 alfa-3", examples=["PER"])
    procedencia: str | None = Ubigeo
    medidas: tuple[Medida, ...]
    servicios: tuple[Servicio, ...]


class Imputado(_Native):
    """Los campos de un agraviado, más ``alias`` y ``situacion``."""

    orden: int = Field(ge=1)
    apellido_paterno: str | None
    apellido_materno: str | None
    nombres: str | None
    alias: str | None
    documento: Documento | None
    sexo: Literal["F", "M"] | None
    fecha_nacimiento: str | None = Day
    edad: int | None
    nacionalidad: str | None
    situacion: str | None = Field(description="Texto libre")
    tipo: Literal["NATURAL", "JURIDICA", "ESTADO"] | None = None
    reserva: str | None = None
    iniciales: str | None = None
    procedencia: str | None = None
    medidas: tuple[Medida, ...] = ()
    servicios: tuple[Servicio, ...] = ()


class Carpeta(_Native):
    numero: str = Field(examples=["2706014502-2023-123-0"])
    distrito_fiscal: str | None
    fiscalia: str | None
    fecha_ingreso: str | None = Day
    fecha_hechos: str | None = Day
    actualizado: str = Field(description="ISO 8601, hora de Lima si no dice otra")
    etapa: (
        Literal[
            "CALIFICACION",
            "INVESTIGACION_PRELIMINAR",
            "INVESTIGACION_PREPARATORIA",
            "ETAPA_INTERMEDIA",
            "ACUSACION",
            "JUZGAMIENTO",
            "SENTENCIA",
            "ARCHIVO",
            "SOBRESEIMIENTO",
            "DERIVADA",
        ]
        | None
    )
    anulada: bool
    delitos: tuple[Delito, ...] = Field(min_length=1)
    finalidades: tuple[str, ...]
    captacion: tuple[str, ...]
    lugar_explotacion: str | None
    ubigeo_hechos: str | None = Ubigeo
    denuncia_policial: str | None = Field(description="Número en RETA-PNP")
    expediente_judicial: str | None = Field(description="Número en el Poder Judicial")
    agraviados: tuple[Agraviado, ...]
    imputados: tuple[Imputado, ...]


DOCUMENT: type[BaseModel] = Carpeta
