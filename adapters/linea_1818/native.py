"""The JSON form of a call, as published to its senders. Values are text unless said; null is unknown."""

from pydantic import BaseModel, ConfigDict, Field

Text = str | None


class CallDocument(BaseModel):
    """Una llamada / one call."""

    model_config = ConfigDict(extra="forbid", title="linea-1818 llamada")

    nro_llamada: str
    fecha_hora: Text = Field(description="DD/MM/YYYY HH:MM (hora de Lima) o ISO 8601")
    categoria: str = Field(description="DENUNCIA, ORIENTACION, CONSULTA, SEGUIMIENTO, NO VALIDA")
    llamada_origen: Text
    delito: Text = Field(description="Legible en una DENUNCIA")
    finalidad: Text = Field(description="Una o varias, separadas por /")
    captacion: Text = Field(description="Una o varias, separadas por /")
    departamento: Text
    provincia: Text
    distrito: Text
    nro_victimas: int | str | None
    victima_nombre: Text
    victima_edad: int | str | None
    victima_sexo: Text
    victima_nacionalidad: Text
    denunciado_nombre: Text
    denunciado_alias: Text
    derivado_a: Text
    fecha_derivacion: Text = Field(description="DD/MM/YYYY HH:MM (hora de Lima) o ISO 8601")
    nro_denuncia_pnp: Text
    relato: Text
    telefono_llamante: Text = Field(default=None, description="No se conserva: mejor no enviarlo")
    fecha_actualizacion: str = Field(description="DD/MM/YYYY HH:MM:SS (hora de Lima) o ISO 8601")


DOCUMENT: type[BaseModel] = CallDocument
