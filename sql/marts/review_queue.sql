CREATE OR REPLACE VIEW mart.review_queue AS
WITH RECURSIVE line AS (
    -- What readers of mails object to follows the contact through mergers.
    SELECT feedback_id, contact_id FROM core.feedback WHERE verdict IN ('wrong', 'duplicate')
    UNION
    SELECT line.feedback_id, contact.merged_into
    FROM line JOIN core.contact USING (contact_id)
    WHERE contact.merged_into IS NOT NULL
), objection AS (
    SELECT
        line.contact_id,
        max(feedback.changed_at) AS last_at,
        string_agg(feedback.verdict || coalesce(' (' || nullif(feedback.comment, '') || ')', ''), ', '
                   ORDER BY feedback.changed_at, feedback.feedback_id) AS said
    FROM line JOIN core.feedback USING (feedback_id)
    GROUP BY line.contact_id
)
SELECT
    contact.contact_id,
    people.participants,
    contact.mode::text AS mode,
    contact.status::text AS status,
    contact.occurred_on,
    contact.confidence,
    cardinality(contact.families) AS families,
    CASE WHEN objection.contact_id IS NULL THEN doubt.doubt ELSE 1.0::double precision END AS doubt,
    coalesce(doubt.kinds, '{}') || CASE WHEN objection.contact_id IS NULL THEN '{}' ELSE ARRAY['feedback'] END AS kinds,
    concat_ws('; ', 'readers say: ' || objection.said, doubt.why) AS why,
    coalesce(doubt.hanging, '{}') AS hanging_reports,
    contact.first_reported_at,
    contact.updated_at
FROM (SELECT contact_id FROM core.contact_doubt UNION SELECT contact_id FROM objection) AS noted
JOIN core.contact USING (contact_id)
LEFT JOIN core.contact_doubt AS doubt USING (contact_id)
LEFT JOIN objection USING (contact_id)
CROSS JOIN LATERAL (
    SELECT
        string_agg(name || ' (' || country || ')', ', ' ORDER BY name COLLATE "C", country COLLATE "C") AS participants
    FROM core.contact_participant
    WHERE contact_participant.contact_id = contact.contact_id
) AS people
WHERE contact.state = 'active'
  AND NOT EXISTS (
      SELECT
      FROM core.contact_member AS member
      JOIN core.review_key AS named USING (report_id)
      JOIN core.review_subject USING (key_id)
      JOIN core.review_action AS action USING (action_id)
      WHERE member.contact_id = contact.contact_id
        AND action.kind IN ('confirm', 'merge')
        AND action.status = contact.status
        AND action.recorded_at >= coalesce(objection.last_at, '-infinity')
        AND NOT EXISTS (SELECT FROM core.review_action AS undo WHERE undo.undoes = action.action_id)
  )
ORDER BY doubt DESC, contact.last_reported_at DESC NULLS LAST, contact.contact_id;

COMMENT ON VIEW mart.review_queue IS 'Contacts that a person should look at, worst first; those confirmed are left out until their status changes or a reader objects.';
COMMENT ON COLUMN mart.review_queue.contact_id IS 'The contact (mart.contacts).';
COMMENT ON COLUMN mart.review_queue.participants IS 'Who, sorted by name.';
COMMENT ON COLUMN mart.review_queue.mode IS 'How.';
COMMENT ON COLUMN mart.review_queue.status IS 'occurred, ongoing, planned, proposed, cancelled or denied.';
COMMENT ON COLUMN mart.review_queue.occurred_on IS 'Day of the contact.';
COMMENT ON COLUMN mart.review_queue.confidence IS 'Probability that it is right, 0 to 1.';
COMMENT ON COLUMN mart.review_queue.families IS 'How many independent families of outlets told of it.';
COMMENT ON COLUMN mart.review_queue.doubt IS 'How doubtful, above 0 to 1.';
COMMENT ON COLUMN mart.review_queue.kinds IS 'merge (its reports may be of two contacts), confidence, source (one family alone), status (reports contradict each other on whether it took place), rejected (reports of it were rejected before), feedback (readers of its mail say it is wrong or a duplicate).';
COMMENT ON COLUMN mart.review_queue.why IS 'The same in words.';
COMMENT ON COLUMN mart.review_queue.hanging_reports IS 'Reports that only the weakest link ties to the rest: what to split off (mart.contact_reports).';
COMMENT ON COLUMN mart.review_queue.first_reported_at IS 'Publication of its first report.';
COMMENT ON COLUMN mart.review_queue.updated_at IS 'When it last changed.';
