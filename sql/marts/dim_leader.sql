CREATE OR REPLACE VIEW mart.dim_leader AS
SELECT
    leader.leader_id,
    leader.name,
    leader.gender,
    leader.other_names,
    (
        SELECT array_agg(term.office || ' (' || term.country || ')' ORDER BY term.rank, term.country, term.office)
        FROM core.office_term AS term
        WHERE term.leader_id = leader.leader_id
            AND coalesce(term.valid_from, '-infinity') <= current_date
            AND coalesce(term.valid_to, 'infinity') >= current_date
    ) AS offices_today,
    EXISTS (
        SELECT FROM core.office_term AS term WHERE term.leader_id = leader.leader_id AND term.role = 'leader'
    ) AS ever_leader,
    leader.listed
FROM core.leader;

COMMENT ON VIEW mart.dim_leader IS 'Dimension: people who lead or led, and others that the registry knows, as config/leaders has them.';
COMMENT ON COLUMN mart.dim_leader.leader_id IS 'Key: Wikidata id, or "local:<country>:<name>".';
COMMENT ON COLUMN mart.dim_leader.name IS 'Name as reports print it.';
COMMENT ON COLUMN mart.dim_leader.gender IS 'm, f, or empty where unknown.';
COMMENT ON COLUMN mart.dim_leader.other_names IS 'Other full names and spellings.';
COMMENT ON COLUMN mart.dim_leader.offices_today IS 'Offices held today, by the database''s clock; null: none.';
COMMENT ON COLUMN mart.dim_leader.ever_leader IS 'Whether this person ever led a country or body; false: a minister, envoy and the like.';
COMMENT ON COLUMN mart.dim_leader.listed IS 'False when config/leaders no longer names this person.';
