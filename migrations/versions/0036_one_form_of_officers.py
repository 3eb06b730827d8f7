"""The rule of two of releases knows a person by one form of the name, however it was typed"""

from collections.abc import Sequence

from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As ``app.security.purpose.same_form``, which is a little stricter still (it folds case as Unicode does).
ONE_FORM = "lower(btrim(regexp_replace(normalize({}, NFKC), '\\s+', ' ', 'g')))"
FORMER = "lower(btrim({}))"
IN_ORDER = """
CREATE OR REPLACE FUNCTION refuse_act_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.act = 'approved' THEN
        PERFORM FROM release WHERE id = NEW.release_id AND {built} <> {done};
    ELSE
        PERFORM FROM release_act WHERE release_id = NEW.release_id
            AND act = CASE NEW.act WHEN 'published' THEN 'approved' ELSE 'published' END;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'release %: % is refused here, or to who did the step before', NEW.release_id, NEW.act
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    _order(ONE_FORM)


def downgrade() -> None:
    _order(FORMER)


def _order(form: str) -> None:
    op.execute(IN_ORDER.format(built=form.format("built_by"), done=form.format("NEW.who")))
