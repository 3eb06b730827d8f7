"""One database, two spellings of its address."""

from sqlalchemy.engine import URL, make_url

from app.core.errors import OperatorError


class UnknownDatabase(OperatorError):
    code = "database-url-invalid"
    es = "DATABASE_URL no es una dirección de PostgreSQL (postgresql://usuario:clave@equipo:puerto/base)."
    en = "DATABASE_URL is no address of PostgreSQL (postgresql://user:password@host:port/database)."


def sqlalchemy_url(url: str) -> URL:
    """``url`` in any PostgreSQL spelling, for the asyncpg dialect. Raises ``UnknownDatabase``."""
    try:
        parsed = make_url(url)
    except Exception:  # its message would repeat the password
        raise UnknownDatabase from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise UnknownDatabase
    return parsed.set(drivername="postgresql+asyncpg")


def plain_url(url: str) -> str:
    """``url`` as asyncpg and psql take it, password included."""
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def with_database(url: str, name: str) -> str:
    """The plain address of another database on the same server."""
    return (
        sqlalchemy_url(url).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    )
