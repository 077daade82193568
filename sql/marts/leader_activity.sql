CREATE OR REPLACE VIEW mart.leader_activity AS
SELECT
    date_trunc('month', contact.occurred_on)::date AS month,
    coalesce(leader.name, person.name) AS leader,
    person.person_key AS leader_id,
    max(person.country) AS country,
    count(*)::integer AS contacts,
    (count(*) FILTER (WHERE contact.mode IN ('phone', 'video')))::integer AS calls,
    (count(*) FILTER (WHERE contact.mode IN ('in_person', 'visit')))::integer AS meetings,
    (count(*) FILTER (WHERE contact.mode = 'multilateral'))::integer AS multilateral,
    (count(*) FILTER (WHERE contact.mode = 'letter'))::integer AS letters,
    (count(*) FILTER (WHERE contact.initiator = person.name))::integer AS initiated,
    sum(contact.duration_minutes)::integer AS minutes,
    min(contact.occurred_on) AS first_on,
    max(contact.occurred_on) AS last_on
FROM core.contact
JOIN core.contact_participant AS person USING (contact_id)
LEFT JOIN core.leader ON leader.leader_id = person.person_key
WHERE contact.state = 'active'
    AND contact.status IN ('occurred', 'ongoing')
    AND NOT contact.historical
    AND contact.occurred_on IS NOT NULL
GROUP BY month, person.person_key, coalesce(leader.name, person.name);

COMMENT ON VIEW mart.leader_activity IS 'How active each leader was, by month: contacts that took place, and how.';
COMMENT ON COLUMN mart.leader_activity.month IS 'First day of the month; contacts without a day are left out.';
COMMENT ON COLUMN mart.leader_activity.leader IS 'Name.';
COMMENT ON COLUMN mart.leader_activity.leader_id IS 'Key (mart.dim_leader).';
COMMENT ON COLUMN mart.leader_activity.country IS 'Country or body.';
COMMENT ON COLUMN mart.leader_activity.contacts IS 'Contacts that took place.';
COMMENT ON COLUMN mart.leader_activity.calls IS 'By phone or video among them.';
COMMENT ON COLUMN mart.leader_activity.meetings IS 'Face to face among them, of two or few.';
COMMENT ON COLUMN mart.leader_activity.multilateral IS 'Summits and conferences among them.';
COMMENT ON COLUMN mart.leader_activity.letters IS 'Letters among them.';
COMMENT ON COLUMN mart.leader_activity.initiated IS 'Those that this leader is said to have sought.';
COMMENT ON COLUMN mart.leader_activity.minutes IS 'Their length in minutes, where it is known.';
COMMENT ON COLUMN mart.leader_activity.first_on IS 'The first day with one.';
COMMENT ON COLUMN mart.leader_activity.last_on IS 'The last day with one.';
