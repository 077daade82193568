CREATE OR REPLACE VIEW mart.dim_outlet AS
SELECT outlet_id, name AS outlet, family, kind, country, language, timezone
FROM core.outlet;

COMMENT ON VIEW mart.dim_outlet IS 'Dimension: who publishes.';
COMMENT ON COLUMN mart.dim_outlet.outlet_id IS 'Key.';
COMMENT ON COLUMN mart.dim_outlet.outlet IS 'Name.';
COMMENT ON COLUMN mart.dim_outlet.family IS 'Owner or source group: outlets of one family do not corroborate each other.';
COMMENT ON COLUMN mart.dim_outlet.kind IS 'paper, agency, broadcaster, government and the like.';
COMMENT ON COLUMN mart.dim_outlet.country IS 'Seat (mart.dim_country), if known.';
COMMENT ON COLUMN mart.dim_outlet.language IS 'Language that it usually writes, ISO 639-1.';
COMMENT ON COLUMN mart.dim_outlet.timezone IS 'IANA time zone of its dates.';
