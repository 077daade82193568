-- The same rules as pipeline/reconcile/audit.py; a test holds the two together.
CREATE OR REPLACE VIEW mart.coverage_gaps AS
SELECT
    claim.contact_id,
    people.participants,
    claim.mode::text AS mode,
    claim.occurred_on,
    claim.ordinal_window AS counted_in,
    claim.ordinal_since AS counted_from,
    claim.ordinal_count AS claimed,
    1 + held.others AS held,
    claim.ordinal_count - 1 - held.others AS missing,
    held.days AS held_on,
    covered.since AS covered_from,
    format(
        'reports count %s contacts from %s to %s ("%s"), %s held: %s missing%s',
        claim.ordinal_count, claim.ordinal_since, claim.occurred_on, claim.ordinal_window,
        CASE held.others WHEN 0 THEN '1 is' ELSE 1 + held.others || ' are' END,
        claim.ordinal_count - 1 - held.others,
        CASE WHEN covered.since > claim.ordinal_since THEN format('; our first article is of %s', covered.since) END
    ) AS reason
FROM core.contact AS claim
CROSS JOIN (SELECT min(published_on) AS since FROM core.article) AS covered
CROSS JOIN LATERAL (
    SELECT
        array_agg(person_key) AS keys,
        count(*) AS number,
        string_agg(name || ' (' || country || ')', ', ' ORDER BY name COLLATE "C", country COLLATE "C") AS participants
    FROM core.contact_participant
    WHERE contact_participant.contact_id = claim.contact_id
) AS people
CROSS JOIN LATERAL (
    SELECT
        count(*)::integer AS others,
        coalesce(array_agg(other.occurred_on ORDER BY other.occurred_on), '{}') AS days
    FROM core.contact_participant AS one
    JOIN core.contact AS other USING (contact_id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS number, count(*) FILTER (WHERE person_key = ANY(people.keys)) AS shared
        FROM core.contact_participant WHERE contact_participant.contact_id = other.contact_id
    ) AS theirs
    WHERE one.person_key = people.keys[1]
        AND other.contact_id <> claim.contact_id
        AND other.state = 'active'
        AND other.status IN ('occurred', 'ongoing')
        AND other.occurred_on BETWEEN claim.ordinal_since AND claim.occurred_on
        AND theirs.shared = people.number
        AND theirs.number <= greatest(4, people.number)
        AND CASE
            WHEN 'unspecified' IN (claim.mode, other.mode) THEN 'letter' NOT IN (claim.mode, other.mode)
            WHEN claim.mode IN ('phone', 'video') THEN other.mode IN ('phone', 'video')
            WHEN claim.mode = 'letter' THEN other.mode = 'letter'
            ELSE other.mode IN ('in_person', 'visit', 'multilateral')
        END
        AND (people.number > 1
            OR lower(regexp_replace(split_part(other.location, ',', 1), '^[Tt]he ', ''))
                = lower(regexp_replace(split_part(claim.location, ',', 1), '^[Tt]he ', '')))
) AS held
WHERE claim.state = 'active'
    AND claim.ordinal_since IS NOT NULL
    AND claim.status NOT IN ('cancelled', 'denied')
    AND (people.number > 1 OR claim.location IS NOT NULL)
    AND claim.ordinal_count > 1 + held.others;

COMMENT ON VIEW mart.coverage_gaps IS 'What we seem to have missed: contacts that reports count as the n-th of a time, where we hold fewer.';
COMMENT ON COLUMN mart.coverage_gaps.contact_id IS 'The contact whose reports count (mart.contacts).';
COMMENT ON COLUMN mart.coverage_gaps.participants IS 'Who, sorted by name.';
COMMENT ON COLUMN mart.coverage_gaps.mode IS 'How. Calls are counted with video calls, visits with meetings and small summits; talks of unsaid mode with all but letters.';
COMMENT ON COLUMN mart.coverage_gaps.occurred_on IS 'Day of the contact: the last day counted.';
COMMENT ON COLUMN mart.coverage_gaps.counted_in IS 'The time in which the reports count, as worded ("recent weeks").';
COMMENT ON COLUMN mart.coverage_gaps.counted_from IS 'The first day counted: what we take those words for (docs/reconcile.md). Vague words are read wide.';
COMMENT ON COLUMN mart.coverage_gaps.claimed IS 'How many contacts the reports count.';
COMMENT ON COLUMN mart.coverage_gaps.held IS 'How many of them we hold, this one included.';
COMMENT ON COLUMN mart.coverage_gaps.missing IS 'How many we seem to have missed.';
COMMENT ON COLUMN mart.coverage_gaps.held_on IS 'Days of the others that we hold.';
COMMENT ON COLUMN mart.coverage_gaps.covered_from IS 'Day of our earliest article: what lies before it, we could not have seen.';
COMMENT ON COLUMN mart.coverage_gaps.reason IS 'The same in words.';
