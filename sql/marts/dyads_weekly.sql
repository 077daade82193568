CREATE OR REPLACE VIEW mart.dyads_weekly AS
SELECT
    date_trunc('week', contact.occurred_on)::date AS week,
    coalesce(leader.name, one.name) AS leader,
    coalesce(counterpart.name, other.name) AS counterpart,
    one.person_key AS leader_id,
    other.person_key AS counterpart_id,
    max(one.country) AS leader_country,
    max(other.country) AS counterpart_country,
    count(*)::integer AS contacts,
    (count(*) FILTER (WHERE contact.mode IN ('phone', 'video')))::integer AS calls,
    (count(*) FILTER (WHERE contact.mode IN ('in_person', 'visit')))::integer AS meetings,
    (count(*) FILTER (WHERE contact.mode = 'multilateral'))::integer AS multilateral,
    sum(contact.duration_minutes)::integer AS minutes
FROM core.contact
JOIN core.contact_participant AS one USING (contact_id)
JOIN core.contact_participant AS other USING (contact_id)
LEFT JOIN core.leader ON leader.leader_id = one.person_key
LEFT JOIN core.leader AS counterpart ON counterpart.leader_id = other.person_key
WHERE contact.state = 'active'
    AND contact.status IN ('occurred', 'ongoing')
    AND NOT contact.historical
    AND contact.occurred_on IS NOT NULL
    AND (one.name COLLATE "C", one.person_key) < (other.name COLLATE "C", other.person_key)
GROUP BY week, one.person_key, other.person_key, coalesce(leader.name, one.name), coalesce(counterpart.name, other.name);

COMMENT ON VIEW mart.dyads_weekly IS 'How often each pair of leaders was in contact, by week. One row for a pair, leader and counterpart sorted by name; a summit counts for each pair.';
COMMENT ON COLUMN mart.dyads_weekly.week IS 'Monday of the week; contacts without a day are left out.';
COMMENT ON COLUMN mart.dyads_weekly.leader IS 'The one first in the alphabet.';
COMMENT ON COLUMN mart.dyads_weekly.counterpart IS 'The other.';
COMMENT ON COLUMN mart.dyads_weekly.leader_id IS 'Key of leader (mart.dim_leader).';
COMMENT ON COLUMN mart.dyads_weekly.counterpart_id IS 'Key of counterpart (mart.dim_leader).';
COMMENT ON COLUMN mart.dyads_weekly.leader_country IS 'Country of leader.';
COMMENT ON COLUMN mart.dyads_weekly.counterpart_country IS 'Country of counterpart.';
COMMENT ON COLUMN mart.dyads_weekly.contacts IS 'Contacts that took place.';
COMMENT ON COLUMN mart.dyads_weekly.calls IS 'By phone or video among them.';
COMMENT ON COLUMN mart.dyads_weekly.meetings IS 'Face to face among them, of two or few.';
COMMENT ON COLUMN mart.dyads_weekly.multilateral IS 'Summits and conferences among them.';
COMMENT ON COLUMN mart.dyads_weekly.minutes IS 'Their length in minutes, where it is known.';
