CREATE OR REPLACE VIEW mart.dim_country AS
SELECT country, name, kind, adjectives, capitals, timezone, listed
FROM core.country;

COMMENT ON VIEW mart.dim_country IS 'Dimension: countries, and bodies whose heads count as leaders.';
COMMENT ON COLUMN mart.dim_country.country IS 'Key: ISO 3166-1 alpha-3, or EU, UN, NATO, AU and the like.';
COMMENT ON COLUMN mart.dim_country.name IS 'English name.';
COMMENT ON COLUMN mart.dim_country.kind IS 'country or body.';
COMMENT ON COLUMN mart.dim_country.adjectives IS 'Words for its people and things.';
COMMENT ON COLUMN mart.dim_country.capitals IS 'Cities that news names for its government.';
COMMENT ON COLUMN mart.dim_country.timezone IS 'IANA time zone of the capital.';
COMMENT ON COLUMN mart.dim_country.listed IS 'False when config/leaders no longer names it.';
