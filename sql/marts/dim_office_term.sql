CREATE OR REPLACE VIEW mart.dim_office_term AS
SELECT
    term.office_term_id,
    term.leader_id,
    leader.name AS leader,
    term.country,
    term.role,
    term.office,
    term.office_class,
    term.rank,
    term.valid_from,
    term.valid_to,
    coalesce(term.valid_from, '-infinity') <= current_date AND coalesce(term.valid_to, 'infinity') >= current_date
        AS is_current
FROM core.office_term AS term
JOIN core.leader USING (leader_id);

COMMENT ON VIEW mart.dim_office_term IS 'Dimension of type 2: who held which office from when to when. mart.bridge_participant names the term that held on the day.';
COMMENT ON COLUMN mart.dim_office_term.office_term_id IS 'Key.';
COMMENT ON COLUMN mart.dim_office_term.leader_id IS 'Who (mart.dim_leader).';
COMMENT ON COLUMN mart.dim_office_term.leader IS 'Name.';
COMMENT ON COLUMN mart.dim_office_term.country IS 'Of what (mart.dim_country).';
COMMENT ON COLUMN mart.dim_office_term.role IS 'leader, foreign_minister or other.';
COMMENT ON COLUMN mart.dim_office_term.office IS 'Title as printed.';
COMMENT ON COLUMN mart.dim_office_term.office_class IS 'Kind of office: president, prime_minister, monarch and so on.';
COMMENT ON COLUMN mart.dim_office_term.rank IS '0: the executive leader; 1 and more: behind; 99: no leader''s office.';
COMMENT ON COLUMN mart.dim_office_term.valid_from IS 'First day; null: long ago.';
COMMENT ON COLUMN mart.dim_office_term.valid_to IS 'Last day; null: in office.';
COMMENT ON COLUMN mart.dim_office_term.is_current IS 'Held today, by the database''s clock.';
