-- Run as the master user, which needs CREATEROLE, the ownership of this database, and (on RDS) rds_superuser.
-- Roles belong to the whole server: another database of it may have made them already.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rag_owner') THEN
    CREATE ROLE rag_owner NOLOGIN; -- nobody signs in as what may change policies
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rag_reader') THEN
    CREATE ROLE rag_reader LOGIN; -- without a password: IAM's tokens alone open it
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rag_writer') THEN
    CREATE ROLE rag_writer LOGIN;
  END IF;
  -- https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
    GRANT rds_iam TO rag_reader, rag_writer;
  END IF;
END
$$;

-- The master user acts as the owner where it says so (SET ROLE), and has none of its rights otherwise.
GRANT rag_owner TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;

-- In pg_catalog alone nobody can put an operator or a function of their own before PostgreSQL's.
ALTER ROLE rag_reader SET search_path = pg_catalog;
ALTER ROLE rag_writer SET search_path = pg_catalog;
ALTER ROLE rag_reader SET default_transaction_read_only = on;

-- PUBLIC is every role of the server, those of other databases as well.
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO rag_reader, rag_writer', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;
GRANT USAGE ON SCHEMA public TO rag_owner, rag_reader, rag_writer;

CREATE SCHEMA rag AUTHORIZATION rag_owner;
SET LOCAL ROLE rag_owner;
GRANT USAGE ON SCHEMA rag TO rag_reader, rag_writer;

CREATE TABLE rag.migration (
  number integer PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
