"""What the database promises by itself: ledgers are never edited, ciphertext is not compressed in vain"""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("judgement", "change", "redirect", "record_version")
CIPHERTEXT = (
    ("landed_chunk", "ciphertext"),
    ("delivery", "verbatim"),
    ("mention_identity", "identity"),
    ("mention_identity", "features"),
    ("report", "narrative"),
)
REFUSE = """
CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$
"""
REFUSE_EXCEPT_ERASURE = """
CREATE FUNCTION refuse_edit_except_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected delivery := OLD;
BEGIN
    -- Erasure destroys the key, or key and content, and touches nothing else.
    IF NEW.data_key IS NULL THEN expected.data_key := NULL; END IF;
    IF NEW.verbatim IS NULL THEN expected.verbatim := NULL; END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'table delivery is append-only: only erasure may change it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(REFUSE)
    op.execute(REFUSE_EXCEPT_ERASURE)
    for table in APPEND_ONLY:
        refuse(table, "UPDATE OR DELETE", "ROW", "refuse_edit")
        refuse(table, "TRUNCATE", "STATEMENT", "refuse_edit")
    refuse("delivery", "UPDATE", "ROW", "refuse_edit_except_erasure")
    refuse("delivery", "DELETE", "ROW", "refuse_edit")
    refuse("delivery", "TRUNCATE", "STATEMENT", "refuse_edit")
    for table, column in CIPHERTEXT:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.execute("INSERT INTO change_cursor (id, last) VALUES (1, 0)")


def refuse(table: str, event: str, level: str, function: str) -> None:
    name = f"refuse_{event.lower().replace(' or ', '_')}"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION {function}()"
    )
