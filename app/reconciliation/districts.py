"""Judicial and fiscal districts that are not departments, and the departments (INEI) that each lies in.

Source: lists of judicial and fiscal districts in the project's reference data; boundaries are public
knowledge.
"""

from app.reconciliation.names import fold

_DEPARTMENTS = (
    "AMAZONAS", "ANCASH", "APURIMAC", "AREQUIPA", "AYACUCHO", "CAJAMARCA", "CALLAO", "CUSCO", "HUANCAVELICA",
    "HUANUCO", "ICA", "JUNIN", "LA LIBERTAD", "LAMBAYEQUE", "LIMA", "LORETO", "MADRE DE DIOS", "MOQUEGUA",
    "PASCO", "PIURA", "PUNO", "SAN MARTIN", "TACNA", "TUMBES", "UCAYALI",
)  # fmt: skip

_OTHERS: dict[str, tuple[str, ...]] = {
    "DEL SANTA": ("02",), "SANTA": ("02",), "CANETE": ("15",), "HUAURA": ("15",), "LIMA NORTE": ("15",),
    "LIMA SUR": ("15",), "LIMA ESTE": ("15",), "LIMA NOROESTE": ("15", "07"), "LIMA CENTRO": ("15",),
    "VENTANILLA": ("07", "15"), "PUENTE PIEDRA VENTANILLA": ("07", "15"), "SULLANA": ("20",),
    "SELVA CENTRAL": ("12", "19"), "CUZCO": ("08",),
}  # fmt: skip

_BY_NAME: dict[str, tuple[str, ...]] = {
    name: (f"{code:02d}",) for code, name in enumerate(_DEPARTMENTS, start=1)
} | _OTHERS


def departments_of(district: str | None) -> tuple[str, ...]:
    """Departments that a judicial or fiscal district lies in; () where the name is unknown (no evidence)."""
    return _BY_NAME.get(fold(district), ()) if district else ()
