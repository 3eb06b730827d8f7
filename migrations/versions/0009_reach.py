"""Who may see which rows: roles and row scopes of clients, row-level security under the role of callers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Roles belong to the server, not to a database: docker/roles.sql makes it where the owner may not.
READER = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'intertrata_reader') THEN
        CREATE ROLE intertrata_reader NOLOGIN NOINHERIT;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was faster
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'role intertrata_reader is missing: run docker/roles.sql as a superuser first';
END $$
"""

# Read once per statement (a scalar subquery), not once per row. A setting that was never made, or that went
# with its transaction, is NULL or empty: then nothing is equal to it and nothing is seen.
EVERYTHING = "(SELECT current_setting('intertrata.reach', true)) = 'registry'"
FEEDS = "((SELECT string_to_array(current_setting('intertrata.feeds', true), ','))::text[])"
BITS = "(SELECT nullif(current_setting('intertrata.feed_bits', true), '')::integer)"
DEPARTMENT = "(SELECT nullif(current_setting('intertrata.department', true), ''))"
PERSON = "(SELECT nullif(current_setting('intertrata.person', true), '')::uuid)"

# Each leans on the one above it, so that no two policies ask each other.
POLICIES = {
    "case_entity": f"{EVERYTHING} OR department = {DEPARTMENT} OR (feeds::integer & {BITS}) <> 0",
    "case_member": f"{EVERYTHING} OR EXISTS (SELECT FROM case_entity c WHERE c.id = case_id)",
    "report": f"""{EVERYTHING} OR feed = ANY {FEEDS}
        OR ({DEPARTMENT} IS NOT NULL AND department_of(record_id) = {DEPARTMENT})""",
    "record": f"{EVERYTHING} OR feed = ANY {FEEDS} OR EXISTS (SELECT FROM report r WHERE r.record_id = id)",
    "citation": f"{EVERYTHING} OR EXISTS (SELECT FROM report r WHERE r.record_id = citation.record_id)",
    "mention": f"{EVERYTHING} OR EXISTS (SELECT FROM report r WHERE r.record_id = mention.record_id)",
    "person_member": f"{EVERYTHING} OR EXISTS (SELECT FROM mention n WHERE n.id = mention_id)",
    "person_entity": f"{EVERYTHING} OR EXISTS (SELECT FROM person_member p WHERE p.person_id = id)",
    # Whatever the reach: only the identities of the one person that this transaction was opened for.
    "mention_identity": f"""EXISTS (SELECT FROM person_member p
        WHERE p.mention_id = mention_identity.mention_id AND p.person_id = {PERSON})""",
    "redirect": f"""{EVERYTHING} OR CASE kind
        WHEN 'case' THEN EXISTS (SELECT FROM became(kind, from_id) f JOIN case_entity c ON c.id = f)
        WHEN 'person' THEN EXISTS (SELECT FROM became(kind, from_id) f JOIN person_entity p ON p.id = f)
        END""",
    "change": f"""{EVERYTHING} OR CASE kind
        WHEN 'record' THEN EXISTS (SELECT FROM report r
            WHERE r.feed = split_part(entity_id, '|', 1) AND r.number = substr(entity_id, strpos(entity_id, '|') + 1))
        WHEN 'case' THEN EXISTS (SELECT FROM case_entity c WHERE c.id = entity_id::uuid)
            OR EXISTS (SELECT FROM redirect d WHERE d.kind = 'case' AND d.from_id = entity_id::uuid)
        WHEN 'person' THEN EXISTS (SELECT FROM person_entity p WHERE p.id = entity_id::uuid)
            OR EXISTS (SELECT FROM redirect d WHERE d.kind = 'person' AND d.from_id = entity_id::uuid)
        END""",
    "batch": f"{EVERYTHING} OR feed = ANY {FEEDS}",
    "delivery_issue": f"{EVERYTHING} OR EXISTS (SELECT FROM batch b WHERE b.id = batch_id)",
    "judgement": EVERYTHING,
    "edge": EVERYTHING,
}

# Nothing of these is for callers: without a policy and without a grant they are closed to them twice.
CLOSED = ("record_version", "delivery", "landed_chunk", "mention_key", "record_key")

# They run as the owner, who sees every row, and tell no more than their one value.
DEPARTMENT_OF = """
CREATE FUNCTION department_of(asked bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET row_security = off AS $$
    -- Of the case, where the record has one: what one record says of the place does not outweigh it.
    SELECT CASE WHEN m.case_id IS NULL THEN r.department ELSE c.department END
    FROM report r LEFT JOIN case_member m USING (record_id) LEFT JOIN case_entity c ON c.id = m.case_id
    WHERE r.record_id = asked
$$
"""
BECAME = """
CREATE FUNCTION became(asked_kind text, asked uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET row_security = off AS $$
    WITH RECURSIVE later (id) AS (
        SELECT to_id FROM redirect WHERE kind = asked_kind AND from_id = asked AND to_id IS NOT NULL
        UNION
        SELECT r.to_id FROM later JOIN redirect r ON r.kind = asked_kind AND r.from_id = later.id
        WHERE r.to_id IS NOT NULL
    )
    SELECT id FROM later
$$
"""
# The one way past an institution's reach: numbers, stages and dates of the records that share the case of a
# record inside it. The settings are the caller's here too; the role that was set tells callers from our own work.
COUNTERPARTS = """
CREATE FUNCTION counterparts_of(asked bigint) RETURNS TABLE (
    feed text, number text, stage text, report_date date, stamp timestamptz,
    cited_here boolean, cites_this boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET row_security = off AS $$
    SELECT r.feed, r.number, r.stage, r.report_date, r.stamp,
        EXISTS (SELECT FROM citation c
            WHERE c.record_id = own.record_id AND c.feed = r.feed AND c.key = r.citation_key),
        EXISTS (SELECT FROM citation c
            WHERE c.record_id = r.record_id AND c.feed = own.feed AND c.key = own.citation_key)
    FROM report own
    JOIN case_member here ON here.record_id = own.record_id
    JOIN case_member there ON there.case_id = here.case_id AND there.record_id <> own.record_id
    JOIN report r ON r.record_id = there.record_id AND NOT r.annulled
    WHERE own.record_id = asked AND (
        current_setting('role') <> 'intertrata_reader'
        OR current_setting('intertrata.reach', true) = 'registry'
        OR department_of(asked) = nullif(current_setting('intertrata.department', true), '')
        OR own.feed = ANY (string_to_array(current_setting('intertrata.feeds', true), ','))
    )
    ORDER BY r.feed, r.number
$$
"""


def upgrade() -> None:
    op.add_column("client", sa.Column("role", sa.Text(), nullable=True))
    op.add_column("client", sa.Column("feed", sa.Text(), nullable=True))
    op.add_column("client", sa.Column("department", sa.String(length=2), nullable=True))
    op.create_check_constraint(
        op.f("ck_client_one_row_scope"), "client", "feed IS NULL OR department IS NULL"
    )
    op.execute(READER)
    for function in (DEPARTMENT_OF, BECAME, COUNTERPARTS):
        op.execute(function)
    for name in ("department_of(bigint)", "became(text, uuid)", "counterparts_of(bigint)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO intertrata_reader")
    op.execute("GRANT USAGE ON SCHEMA public TO intertrata_reader")
    for table in (*POLICIES, *CLOSED):
        # FORCE: the owner is held to it as well, unless the server was told that it may pass (BYPASSRLS)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for table, seen in POLICIES.items():
        op.execute(f"CREATE POLICY reach ON {table} FOR SELECT TO intertrata_reader USING ({seen})")
        columns = " (mention_id, identity)" if table == "mention_identity" else ""
        op.execute(f"GRANT SELECT{columns} ON {table} TO intertrata_reader")
    # A reading leaves its mark in its own transaction: callers' work adds to the log and cannot read it.
    op.execute("GRANT INSERT, SELECT (id) ON audit_entry TO intertrata_reader")
    op.execute("GRANT INSERT ON audit_pending, audit_purpose TO intertrata_reader")
