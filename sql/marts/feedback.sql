CREATE OR REPLACE VIEW mart.feedback AS
WITH RECURSIVE line AS (
    SELECT feedback_id, contact_id FROM core.feedback
    UNION
    SELECT line.feedback_id, contact.merged_into
    FROM line JOIN core.contact USING (contact_id)
    WHERE contact.merged_into IS NOT NULL
)
SELECT
    feedback.feedback_id,
    contact.contact_id,
    feedback.contact_id AS told_of,
    feedback.verdict,
    feedback.comment,
    feedback.rule,
    feedback.given_at,
    feedback.changed_at
FROM core.feedback
JOIN line USING (feedback_id)
JOIN core.contact ON contact.contact_id = line.contact_id AND contact.merged_into IS NULL;

COMMENT ON VIEW mart.feedback IS 'What readers of mails say of contacts. Who they are is left out: analysts need no names.';
COMMENT ON COLUMN mart.feedback.feedback_id IS 'Key: one voice.';
COMMENT ON COLUMN mart.feedback.contact_id IS 'The contact as it is now, after mergers (mart.contacts, unless withdrawn).';
COMMENT ON COLUMN mart.feedback.told_of IS 'The contact that the mail told of.';
COMMENT ON COLUMN mart.feedback.verdict IS 'right; wrong: no such contact, or not as told; duplicate: told before.';
COMMENT ON COLUMN mart.feedback.comment IS 'What the reader added.';
COMMENT ON COLUMN mart.feedback.rule IS 'The alert rule that sent the mail.';
COMMENT ON COLUMN mart.feedback.given_at IS 'When this reader said so first.';
COMMENT ON COLUMN mart.feedback.changed_at IS 'When this reader said so last.';
