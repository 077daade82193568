CREATE OR REPLACE VIEW mart.network_edges AS
SELECT
    one.person_key AS source,
    other.person_key AS target,
    coalesce(leader.name, one.name) AS leader,
    coalesce(counterpart.name, other.name) AS counterpart,
    count(*)::integer AS weight,
    (count(*) FILTER (WHERE contact.mode IN ('phone', 'video')))::integer AS calls,
    (count(*) FILTER (WHERE contact.mode IN ('in_person', 'visit')))::integer AS meetings,
    (count(*) FILTER (WHERE contact.mode = 'multilateral'))::integer AS multilateral,
    sum(contact.duration_minutes)::integer AS minutes,
    min(contact.occurred_on) AS first_on,
    max(contact.occurred_on) AS last_on
FROM core.contact
JOIN core.contact_participant AS one USING (contact_id)
JOIN core.contact_participant AS other USING (contact_id)
LEFT JOIN core.leader ON leader.leader_id = one.person_key
LEFT JOIN core.leader AS counterpart ON counterpart.leader_id = other.person_key
WHERE contact.state = 'active'
    AND contact.status IN ('occurred', 'ongoing')
    AND (one.name COLLATE "C", one.person_key) < (other.name COLLATE "C", other.person_key)
GROUP BY one.person_key, other.person_key, coalesce(leader.name, one.name), coalesce(counterpart.name, other.name);

COMMENT ON VIEW mart.network_edges IS 'The network of leaders: one row for each pair that was ever in contact, weighted. leader and counterpart are sorted by name.';
COMMENT ON COLUMN mart.network_edges.source IS 'Key of leader (mart.dim_leader).';
COMMENT ON COLUMN mart.network_edges.target IS 'Key of counterpart (mart.dim_leader).';
COMMENT ON COLUMN mart.network_edges.leader IS 'The one first in the alphabet.';
COMMENT ON COLUMN mart.network_edges.counterpart IS 'The other.';
COMMENT ON COLUMN mart.network_edges.weight IS 'Contacts that took place, those told as history too.';
COMMENT ON COLUMN mart.network_edges.calls IS 'By phone or video among them.';
COMMENT ON COLUMN mart.network_edges.meetings IS 'Face to face among them, of two or few.';
COMMENT ON COLUMN mart.network_edges.multilateral IS 'Summits and conferences among them.';
COMMENT ON COLUMN mart.network_edges.minutes IS 'Their length in minutes, where it is known.';
COMMENT ON COLUMN mart.network_edges.first_on IS 'The first of them.';
COMMENT ON COLUMN mart.network_edges.last_on IS 'The last of them.';
