-- severity: warn
-- means: Somebody whom the registry knows took part as a leader, but led nothing on that day.
-- do: If the registry is behind, mend it (`hotline leaders`); else the contact is about an earlier or a later time, or about
--   another person of that name: reject it in review.
SELECT contact.contact_id, contact.occurred_on, person.name, person.country, person.office, known.terms
FROM core.contact
JOIN core.contact_participant AS person USING (contact_id)
JOIN core.leader ON leader.leader_id = person.person_key AND leader.listed
CROSS JOIN LATERAL (
    SELECT
        bool_or(term.role = 'leader' AND coalesce(term.valid_from <= contact.occurred_on, true)
                AND coalesce(term.valid_to >= contact.occurred_on, true)) AS in_office,
        string_agg(
            term.office || ' (' || term.country || ') ' || coalesce(term.valid_from::text, '') || ' to '
            || coalesce(term.valid_to::text, 'now'), '; ' ORDER BY term.valid_from) AS terms
    FROM core.office_term AS term WHERE term.leader_id = leader.leader_id
) AS known
WHERE contact.state = 'active'
  AND contact.status IN ('occurred', 'ongoing')
  AND contact.date_precision = 'day'
  AND NOT coalesce(known.in_office, false)
ORDER BY contact.occurred_on DESC, contact.contact_id, person.position
