CREATE OR REPLACE VIEW mart.agenda_words AS
SELECT
    coalesce(leader.name, one.name) AS leader,
    coalesce(counterpart.name, other.name) AS counterpart,
    one.person_key AS leader_id,
    other.person_key AS counterpart_id,
    said.kind,
    said.word,
    count(DISTINCT contact.contact_id)::integer AS contacts,
    min(contact.occurred_on) AS first_on,
    max(contact.occurred_on) AS last_on
FROM core.contact
JOIN core.contact_participant AS one USING (contact_id)
JOIN core.contact_participant AS other USING (contact_id)
LEFT JOIN core.leader ON leader.leader_id = one.person_key
LEFT JOIN core.leader AS counterpart ON counterpart.leader_id = other.person_key
CROSS JOIN LATERAL (
    SELECT 'topic' AS kind, topic AS word FROM unnest(contact.topics) AS topic
    UNION
    SELECT 'word', lower(found.part[1])
    FROM core.contact_member AS member
    JOIN core.contact_report AS report ON report.report_id = member.report_id AND report.is_current
    JOIN core.report_evidence AS evidence ON evidence.report_id = report.report_id
    CROSS JOIN LATERAL regexp_matches(core.folded(evidence.text), '[[:alpha:]][[:alpha:]''-]{3,}', 'g') AS found (part)
    WHERE member.contact_id = contact.contact_id
        -- No stop words, and nothing of the participants' names and offices.
        AND ts_lexize('english_stem', lower(found.part[1])) <> '{}'
        AND NOT EXISTS (
            SELECT FROM core.contact_participant AS person
            WHERE person.contact_id = contact.contact_id
                AND strpos(lower(person.name || ' ' || person.office), lower(found.part[1])) > 0
        )
) AS said
WHERE contact.state = 'active'
    AND (one.name COLLATE "C", one.person_key) < (other.name COLLATE "C", other.person_key)
GROUP BY
    one.person_key, other.person_key, coalesce(leader.name, one.name), coalesce(counterpart.name, other.name),
    said.kind, said.word;

COMMENT ON VIEW mart.agenda_words IS 'What each pair of leaders is said to have spoken about: topics of their contacts, and words of the sentences that tell of them. Ask for one pair: all of them take long.';
COMMENT ON COLUMN mart.agenda_words.leader IS 'The one first in the alphabet.';
COMMENT ON COLUMN mart.agenda_words.counterpart IS 'The other.';
COMMENT ON COLUMN mart.agenda_words.leader_id IS 'Key of leader (mart.dim_leader).';
COMMENT ON COLUMN mart.agenda_words.counterpart_id IS 'Key of counterpart (mart.dim_leader).';
COMMENT ON COLUMN mart.agenda_words.kind IS 'topic: a topic id; word: a word of four letters or more, as printed.';
COMMENT ON COLUMN mart.agenda_words.word IS 'The topic or word.';
COMMENT ON COLUMN mart.agenda_words.contacts IS 'Contacts of the pair with it, of any status.';
COMMENT ON COLUMN mart.agenda_words.first_on IS 'Day of the first of them.';
COMMENT ON COLUMN mart.agenda_words.last_on IS 'Day of the last of them.';
