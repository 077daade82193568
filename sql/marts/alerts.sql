CREATE OR REPLACE VIEW mart.alerts AS
SELECT
    message.outbox_id AS alert_id,
    message.contact_id,
    message.rule,
    message.subject,
    message.state,
    message.attempts,
    message.as_of,
    message.enqueued_at,
    message.sent_at
FROM core.outbox AS message;

COMMENT ON VIEW mart.alerts IS 'E-mails sent, waiting or failed. Recipients are left out: analysts need no addresses.';
COMMENT ON COLUMN mart.alerts.alert_id IS 'Key.';
COMMENT ON COLUMN mart.alerts.contact_id IS 'The contact it tells of (mart.contacts).';
COMMENT ON COLUMN mart.alerts.rule IS 'The alert rule that asked for it.';
COMMENT ON COLUMN mart.alerts.subject IS 'Subject.';
COMMENT ON COLUMN mart.alerts.state IS 'waiting, sent, or failed for good.';
COMMENT ON COLUMN mart.alerts.attempts IS 'Deliveries tried.';
COMMENT ON COLUMN mart.alerts.as_of IS 'The installation''s time when it was written.';
COMMENT ON COLUMN mart.alerts.enqueued_at IS 'When it was enqueued.';
COMMENT ON COLUMN mart.alerts.sent_at IS 'When it was sent.';
