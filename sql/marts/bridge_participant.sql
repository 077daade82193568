CREATE OR REPLACE VIEW mart.bridge_participant AS
SELECT
    person.contact_id,
    person.person_key AS leader_id,
    (
        SELECT office_term_id
        FROM core.office_term AS term
        WHERE term.leader_id = person.person_key
            AND coalesce(term.valid_from, '-infinity') <= coalesce(contact.occurred_on, reported.day)
            AND coalesce(term.valid_to, 'infinity') >= coalesce(contact.occurred_on, reported.day)
        ORDER BY term.country <> person.country, term.rank, term.office_term_id
        LIMIT 1
    ) AS office_term_id,
    coalesce(contact.occurred_on, reported.day) AS day,
    person.country,
    person.name,
    person.office,
    (
        SELECT 1.0 / count(*) FROM core.contact_participant AS together
        WHERE together.contact_id = person.contact_id
    ) AS weight
FROM core.contact_participant AS person
JOIN core.contact USING (contact_id)
CROSS JOIN LATERAL (SELECT (contact.first_reported_at AT TIME ZONE 'UTC')::date AS day) AS reported
WHERE contact.state = 'active';

COMMENT ON VIEW mart.bridge_participant IS 'Bridge: who took part in which contact, with the term of office that held on the day.';
COMMENT ON COLUMN mart.bridge_participant.contact_id IS 'The contact (mart.contacts).';
COMMENT ON COLUMN mart.bridge_participant.leader_id IS 'Who (mart.dim_leader); "name|country" for one without Wikidata id.';
COMMENT ON COLUMN mart.bridge_participant.office_term_id IS 'The office held on the day (mart.dim_office_term), that of the country meant first; null: none is known.';
COMMENT ON COLUMN mart.bridge_participant.day IS 'Day of the contact (mart.dim_date), else of its first report in UTC.';
COMMENT ON COLUMN mart.bridge_participant.country IS 'Country or body (mart.dim_country) that the reports mean.';
COMMENT ON COLUMN mart.bridge_participant.name IS 'Name in the contact.';
COMMENT ON COLUMN mart.bridge_participant.office IS 'Office in the contact.';
COMMENT ON COLUMN mart.bridge_participant.weight IS '1 through the number of participants: sums over a contact make 1.';
