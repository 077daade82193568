CREATE OR REPLACE VIEW mart.contact_history AS
SELECT
    history.history_id,
    history.contact_id,
    history.kind,
    history.changed_at,
    history.changes,
    history.changes -> 'status' ->> 0 AS status_before,
    history.changes -> 'status' ->> 1 AS status_after,
    contact.state,
    contact.merged_into
FROM core.contact_history AS history
JOIN core.contact USING (contact_id);

COMMENT ON VIEW mart.contact_history IS 'What changed in each contact, and when: planned to occurred, a corrected duration, a merger.';
COMMENT ON COLUMN mart.contact_history.history_id IS 'Key; grows with time.';
COMMENT ON COLUMN mart.contact_history.contact_id IS 'The contact (mart.contacts; merged and withdrawn ones stand only here).';
COMMENT ON COLUMN mart.contact_history.kind IS 'new, changed, merged or withdrawn.';
COMMENT ON COLUMN mart.contact_history.changed_at IS 'When.';
COMMENT ON COLUMN mart.contact_history.changes IS 'Field name -> [before, after].';
COMMENT ON COLUMN mart.contact_history.status_before IS 'The status before, if it changed.';
COMMENT ON COLUMN mart.contact_history.status_after IS 'The status after, if it changed.';
COMMENT ON COLUMN mart.contact_history.state IS 'What became of the contact since: active, merged or withdrawn.';
COMMENT ON COLUMN mart.contact_history.merged_into IS 'The contact that took its reports, if merged.';
