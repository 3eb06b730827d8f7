"""A case says its province, by which Lima is told as its two regions.

Cases held are given the province of their department that their most believed report states; one that a
reviewer pinned follows when the case is next linked.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BACKFILL = """
UPDATE case_entity e SET province = p.province FROM (
  SELECT DISTINCT ON (m.case_id) m.case_id, r.province
  FROM case_member m JOIN report r USING (record_id) JOIN case_entity c ON c.id = m.case_id
  WHERE left(r.province, 2) = c.department
  ORDER BY m.case_id, array_position(ARRAY['sistra', 'reta-pnp', 'poder-judicial', 'linea-1818'], r.feed),
    r.stamp DESC, r.number
) p WHERE p.case_id = e.id
"""


def upgrade() -> None:
    op.add_column("case_entity", sa.Column("province", sa.String(length=4), nullable=True))
    op.execute(BACKFILL)


def downgrade() -> None:
    op.drop_column("case_entity", "province")
