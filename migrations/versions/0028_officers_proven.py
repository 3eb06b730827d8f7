"""Officers proven: keys that speak for a client's officers, and whether it must prove who asks"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KIND = "ck_client_credential_kind"
BEFORE = "kind IN ('key', 'certificate', 'subject_dn', 'san_dns')"
KINDS = "kind IN ('key', 'certificate', 'subject_dn', 'san_dns', 'officer_key')"


def upgrade() -> None:
    op.drop_constraint(op.f(KIND), "client_credential", type_="check")
    op.create_check_constraint(op.f(KIND), "client_credential", KINDS)
    op.add_column("client_credential", sa.Column("officer", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_client_credential_officer"), "client_credential", "officer IS NULL OR kind = 'officer_key'"
    )
    op.add_column(
        "client",
        sa.Column("officer_proof", sa.Text(), server_default=sa.text("'optional'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_client_officer_proof"), "client", "officer_proof IN ('optional', 'required')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_client_officer_proof"), "client", type_="check")
    op.drop_column("client", "officer_proof")
    op.execute("DELETE FROM client_credential WHERE kind = 'officer_key'")
    op.drop_constraint(op.f("ck_client_credential_officer"), "client_credential", type_="check")
    op.drop_column("client_credential", "officer")
    op.drop_constraint(op.f(KIND), "client_credential", type_="check")
    op.create_check_constraint(op.f(KIND), "client_credential", BEFORE)
