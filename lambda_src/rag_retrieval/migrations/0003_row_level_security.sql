SET LOCAL ROLE rag_owner;

-- Forced: the owner of a table passes its policies by otherwise. rag_owner has no policy, and so sees no row.
ALTER TABLE rag.document ENABLE ROW LEVEL SECURITY;
ALTER TABLE rag.document FORCE ROW LEVEL SECURITY;
ALTER TABLE rag.chunk ENABLE ROW LEVEL SECURITY;
ALTER TABLE rag.chunk FORCE ROW LEVEL SECURITY;

-- current_setting(..., true) is NULL where the setting was never made, and '' where it was in an earlier transaction
-- of the session. Both become NULL, and NULL equals nothing: no context, no rows, no error.
CREATE POLICY reader_sees_scope ON rag.chunk FOR SELECT TO rag_reader
  USING (
    patient_id = nullif(current_setting('rag.patient_id', true), '')
    AND access_label = ANY (string_to_array(nullif(current_setting('rag.access_labels', true), ''), ','))
  );

-- The writer handles one document at a time, and adds chunks of one patient.
CREATE POLICY writer_sees_document ON rag.chunk FOR SELECT TO rag_writer
  USING (document_id = nullif(current_setting('rag.document_id', true), ''));
CREATE POLICY writer_deletes_document ON rag.chunk FOR DELETE TO rag_writer
  USING (document_id = nullif(current_setting('rag.document_id', true), ''));
CREATE POLICY writer_adds_to_document ON rag.chunk FOR INSERT TO rag_writer
  WITH CHECK (
    document_id = nullif(current_setting('rag.document_id', true), '')
    AND patient_id = nullif(current_setting('rag.patient_id', true), '')
  );
CREATE POLICY writer_handles_document ON rag.document TO rag_writer
  USING (document_id = nullif(current_setting('rag.document_id', true), ''))
  WITH CHECK (document_id = nullif(current_setting('rag.document_id', true), ''));

GRANT SELECT ON rag.chunk TO rag_reader;
-- Of a chunk's columns the writer reads none but the one it deletes by: no text ever leaves through this role.
GRANT INSERT, DELETE, SELECT (document_id) ON rag.chunk TO rag_writer;
GRANT SELECT, INSERT, UPDATE ON rag.document TO rag_writer;
