-- Tres papeles en PostgreSQL / three roles in PostgreSQL: the owner migrates, the application works, callers read.
--
-- Run once by a superuser, with psql, in the database of the service; running it again is harmless and sets the
-- passwords anew. In compose the server runs it when it makes its data. Other names and folders by
--   psql -v owner=... -v app=... -v secrets=FOLDER -f roles.sql
-- FOLDER holds the files owner_password and app_password: no password stands here or on a command line.
\set ON_ERROR_STOP on
\if :{?owner} \else \set owner intertrata_owner \endif
\if :{?app} \else \set app intertrata_app \endif
\if :{?secrets} \else \set secrets /run/secrets \endif
\set owner_password `cat :'secrets'/owner_password`
\set app_password `cat :'secrets'/app_password`

-- The statements below carry passwords: nothing of them goes to the server's log, not even where they fail.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET client_min_messages = 'warning';

SELECT format('CREATE ROLE %I', role)
FROM unnest(ARRAY[:'owner', :'app']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec
-- Both pass row-level security: migrations and linking work on whole tables (and PostgreSQL's COPY FROM refuses
-- tables that have it). Whatever is read for a caller is read as intertrata_reader, which passes nothing.
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS PASSWORD :'app_password';

-- The role of callers, by this name on every server: the migrations' policies are for it.
SELECT 'CREATE ROLE intertrata_reader'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'intertrata_reader')
\gexec
ALTER ROLE intertrata_reader NOLOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT intertrata_reader TO :"app" WITH INHERIT FALSE, SET TRUE;

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
ALTER DATABASE :"DBNAME" OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO :"owner";
