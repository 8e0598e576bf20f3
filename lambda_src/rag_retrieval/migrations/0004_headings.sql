SET LOCAL ROLE rag_owner;

-- The lines above a chunk that it stands under ("STOP these medications:"), where they are not in its own text. '' in
-- rows of before. Policies and rights are the table's, so they hold for it, too; with a constant default no row is
-- written anew: https://www.postgresql.org/docs/16/sql-altertable.html
ALTER TABLE rag.chunk ADD COLUMN heading text NOT NULL DEFAULT '';
