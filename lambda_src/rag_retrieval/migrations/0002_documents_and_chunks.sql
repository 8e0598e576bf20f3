SET LOCAL ROLE rag_owner;

-- The newest revision that is known of each document. A removed one stays as a tombstone: an event that comes late
-- must not bring it back.
CREATE TABLE rag.document (
  document_id text COLLATE "C" PRIMARY KEY CHECK (document_id <> ''),
  revision bigint NOT NULL,
  removed boolean NOT NULL
);

CREATE TABLE rag.chunk (
  document_id text COLLATE "C" NOT NULL REFERENCES rag.document,
  chunk_id text COLLATE "C" NOT NULL CHECK (chunk_id <> ''),
  version_id text NOT NULL,
  patient_id text NOT NULL CHECK (patient_id <> ''),
  access_label text NOT NULL CHECK (access_label ~ '^[A-Za-z0-9_-]{1,32}$'), -- no comma: labels are joined by it
  kind text NOT NULL,
  place text NOT NULL,
  source text NOT NULL,
  span_start integer NOT NULL,
  span_end integer NOT NULL,
  text text NOT NULL,
  model text NOT NULL, -- whose embedding this is: distances between two models' mean nothing
  embedding public.vector(1024) NOT NULL,
  words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('pg_catalog.english', text)) STORED,
  PRIMARY KEY (document_id, chunk_id)
);

-- The only way to a patient's chunks. From here on the search is exact: every chunk in scope is compared.
-- There is no approximate index (HNSW, IVFFlat) on purpose. It gives the nearest chunks of all patients, which are
-- filtered afterwards: in a test 0 of a patient's 8 chunks came back, without an error (test_postgresql_search.py).
-- https://github.com/pgvector/pgvector#filtering
CREATE INDEX chunk_by_patient ON rag.chunk (patient_id);
