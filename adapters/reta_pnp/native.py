"""The JSON form of a denuncia, as published to its senders. Values are text unless said; null is unknown."""

from pydantic import BaseModel, ConfigDict, Field

Text = str | None


class RetaPerson(BaseModel):
    """A person of the denuncia."""

    model_config = ConfigDict(extra="forbid")

    nro_orden: int = Field(ge=1, description="Orden de la persona en la denuncia, desde 1")
    situacion: str = Field(description="VICTIMA, PRESUNTO AUTOR, DETENIDO, DENUNCIANTE, TESTIGO")
    apellido_paterno: Text
    apellido_materno: Text
    nombres: Text
    alias: Text
    tipo_doc: Text = Field(description="DNI, CE, PTP, CPP, PAS, CI")
    nro_doc: Text
    sexo: Text = Field(description="F, M")
    fecha_nacimiento: Text = Field(description="DD/MM/YYYY o ISO 8601")
    edad: int | str | None
    nacionalidad: Text
    procedencia: Text = Field(description="UBIGEO del INEI o nombre de lugar")
    relacion: Text
    rescatada: Text = Field(description="SI, NO")


class RetaDocument(BaseModel):
    """Una denuncia con sus personas / one complaint with its persons."""

    model_config = ConfigDict(extra="forbid", title="reta-pnp denuncia")

    nro_denuncia: str
    fecha_denuncia: Text = Field(description="DD/MM/YYYY o ISO 8601")
    fecha_hecho: Text = Field(description="DD/MM/YYYY o ISO 8601")
    unidad_pnp: Text
    delito: str
    ubigeo_hecho: Text = Field(description="UBIGEO del INEI, seis dígitos")
    departamento: Text
    provincia: Text
    distrito: Text
    finalidad: Text = Field(description="Una o varias, separadas por /")
    medio_captacion: Text = Field(description="Uno o varios, separados por /")
    lugar_explotacion: Text
    nro_linea_1818: Text
    nro_carpeta_fiscal: Text
    estado: Text
    fecha_actualizacion: str = Field(description="DD/MM/YYYY HH:MM:SS (hora de Lima) o ISO 8601")
    personas: list[RetaPerson]


DOCUMENT: type[BaseModel] = RetaDocument
