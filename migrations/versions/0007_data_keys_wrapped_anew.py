"""A delivery's data key may be wrapped anew: rotation of the wrapping key reaches every record.

What the key opens stays as it was; its wrapped form keeps its length. Erasure is admitted as before.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_edit_except_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected delivery := OLD;
BEGIN
    -- Erasure destroys the key, or key and content; rotation wraps the same key anew. Nothing else changes.
    IF NEW.data_key IS NULL {rotation} THEN expected.data_key := NEW.data_key; END IF;
    IF NEW.verbatim IS NULL THEN expected.verbatim := NULL; END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'table delivery is append-only: only erasure may change it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
ROTATION = "OR length(NEW.data_key) = length(OLD.data_key)"


def upgrade() -> None:
    op.execute(FUNCTION.format(rotation=ROTATION))


def downgrade() -> None:
    op.execute(FUNCTION.format(rotation=""))
