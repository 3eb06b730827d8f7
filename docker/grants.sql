-- Lo que la aplicación puede hacer con cada tabla / what the application may do with each table.
--
-- Run by the owner after every migration, with psql: from nothing to exactly this, in one transaction.
--   psql --single-transaction -v app=... -f grants.sql
-- Ledgers are added to and never changed, here as by their triggers; the application makes no tables and
-- cannot take back its own mark on the installation. A new table is refused until it has its line here.
\set ON_ERROR_STOP on
\if :{?app} \else \set app intertrata_app \endif

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"app";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM :"app";
REVOKE ALL ON DATABASE :"DBNAME" FROM :"app";
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO :"app";  -- temporary: mode=validate keeps its rows in one
GRANT USAGE ON SCHEMA public TO :"app";

-- read only
GRANT SELECT ON alembic_version TO :"app";

-- ledgers: added to, never changed
GRANT SELECT, INSERT ON model_version, model_comparison, model_promotion, promotion_member TO :"app";
GRANT SELECT, INSERT ON judgement, change, redirect, record_version, pin TO :"app";
GRANT SELECT, INSERT ON audit_entry, audit_leaf, audit_node, audit_checkpoint TO :"app";
GRANT SELECT, INSERT ON erased_identity, erasure TO :"app";
GRANT SELECT, INSERT ON review_act, review_pair, review_word TO :"app";
GRANT SELECT, INSERT ON installation TO :"app";
GRANT SELECT, INSERT ON release, release_table, release_fact, release_manifest, release_act TO :"app";
GRANT SELECT, INSERT, UPDATE (data_key, verbatim) ON delivery TO :"app";  -- erasure, held to it by a trigger

-- rows that change and stay
GRANT SELECT, INSERT, UPDATE (data_key), DELETE ON audit_purpose TO :"app";  -- rewrapped, erased
GRANT SELECT, UPDATE (last) ON change_cursor TO :"app";
GRANT SELECT, UPDATE (generation, asked_at) ON statistics_cube TO :"app";
GRANT SELECT, INSERT, UPDATE (disabled_at, officer_proof) ON client TO :"app";
GRANT SELECT, INSERT, UPDATE (lifted_by, lifted_at) ON legal_hold TO :"app";
GRANT SELECT, INSERT, UPDATE (state, attempts, finished_at, release_id, code, es, en) ON release_build TO :"app";
GRANT SELECT, INSERT, UPDATE ON batch, record, mention, feed_state, link_state, break_glass TO :"app";
GRANT SELECT, INSERT ON notice, unusual_reading TO :"app";

-- rows that come and go
GRANT SELECT, INSERT, DELETE ON audit_pending TO :"app";
GRANT SELECT, INSERT, DELETE ON former_member, landed_chunk, delivery_issue, idempotency_key, record_key, mention_key,
    mention_identity, report, citation TO :"app";
GRANT SELECT, INSERT, DELETE ON client_credential, single_use, revoked_token TO :"app";
GRANT UPDATE (identity, features) ON mention_identity TO :"app";  -- sealed anew when an identity is erased
GRANT UPDATE (narrative) ON report TO :"app";  -- erased
GRANT SELECT, INSERT, UPDATE (data_key), DELETE ON review_reason TO :"app";  -- rewrapped, erased
GRANT SELECT, INSERT, UPDATE, DELETE ON request_pace TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON identity_use, link_dirty, edge, case_member, person_member, case_entity,
    person_entity, person_case, review_claim, review_item TO :"app";

-- the queue
GRANT SELECT, INSERT, UPDATE, DELETE ON pgqueuer, pgqueuer_schedules TO :"app";
GRANT SELECT, INSERT, UPDATE (aggregated), DELETE ON pgqueuer_log TO :"app";
GRANT SELECT, INSERT, UPDATE (count) ON pgqueuer_statistics TO :"app";

-- numbers handed out ahead of COPY, and the queue's own
GRANT USAGE ON SEQUENCE record_id_seq, mention_id_seq TO :"app";
GRANT USAGE ON SEQUENCE pgqueuer_id_seq, pgqueuer_schedules_id_seq, pgqueuer_statistics_id_seq TO :"app";

-- what is read for a caller, as the role that row-level security holds (SET LOCAL ROLE in the transaction)
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM intertrata_reader;
GRANT USAGE ON SCHEMA public TO intertrata_reader;
GRANT SELECT ON change_cursor TO intertrata_reader;  -- one number: the last change that an answer knows
GRANT SELECT ON case_entity, case_member, person_entity, person_member, person_case, report, record, citation, mention,
    redirect, former_member, change, batch, delivery_issue, judgement, edge TO intertrata_reader;
GRANT SELECT (mention_id, identity) ON mention_identity TO intertrata_reader;
GRANT SELECT (id, kind, member, attribute, act, value, made_at) ON pin TO intertrata_reader;
GRANT INSERT, SELECT (id) ON audit_entry TO intertrata_reader;
GRANT INSERT ON audit_pending, audit_purpose TO intertrata_reader;
GRANT EXECUTE ON FUNCTION counterparts_of(bigint) TO :"app";
