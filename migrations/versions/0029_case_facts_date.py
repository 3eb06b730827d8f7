"""A case says the date of its facts, by which figures can be told; unknown where no record states one.

``first_date`` is that date where there is one, else that of the first report. Cases held are given it where a
record of theirs states a date of the facts, or a reviewer pinned one.

A comparison of models says the state of the registry as the statistics do, by the versions of marks: their latest
moment does not tell when two that set them commit out of order. Those kept before have to be made anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BACKFILL = """
UPDATE case_entity e SET facts_date = e.first_date
WHERE EXISTS (
  SELECT FROM case_member m JOIN report r USING (record_id) WHERE m.case_id = e.id AND r.facts_date IS NOT NULL
) OR EXISTS (
  SELECT FROM case_member m JOIN pin n ON n.kind = 'case' AND n.member = m.record_id
  WHERE m.case_id = e.id AND n.attribute = 'facts_date' AND n.act = 'pinned' AND n.value IS NOT NULL
    AND NOT EXISTS (SELECT FROM pin later WHERE later.kind = 'case' AND later.member = n.member
      AND later.attribute = 'facts_date' AND later.id > n.id)
)
"""


def upgrade() -> None:
    op.add_column("case_entity", sa.Column("facts_date", sa.Date(), nullable=True))
    op.execute(BACKFILL)
    op.add_column("model_comparison", sa.Column("versions", sa.Text(), nullable=True))
    op.drop_column("model_comparison", "latest")


def downgrade() -> None:
    op.add_column("model_comparison", sa.Column("latest", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("model_comparison", "versions")
    op.drop_column("case_entity", "facts_date")
