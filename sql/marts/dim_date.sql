CREATE OR REPLACE VIEW mart.dim_date AS
SELECT
    day, year, quarter, month, month_start, iso_year, iso_week, week_start, weekday, weekday_name, is_weekend
FROM core.calendar;

COMMENT ON VIEW mart.dim_date IS 'Dimension: every day from 2000 to 2035.';
COMMENT ON COLUMN mart.dim_date.day IS 'Key: the day.';
COMMENT ON COLUMN mart.dim_date.year IS 'Year.';
COMMENT ON COLUMN mart.dim_date.quarter IS 'Quarter, 1 to 4.';
COMMENT ON COLUMN mart.dim_date.month IS 'Month, 1 to 12.';
COMMENT ON COLUMN mart.dim_date.month_start IS 'First day of the month.';
COMMENT ON COLUMN mart.dim_date.iso_year IS 'Year that the week belongs to (ISO 8601).';
COMMENT ON COLUMN mart.dim_date.iso_week IS 'Week, 1 to 53 (ISO 8601).';
COMMENT ON COLUMN mart.dim_date.week_start IS 'Monday of the week.';
COMMENT ON COLUMN mart.dim_date.weekday IS '1 Monday to 7 Sunday.';
COMMENT ON COLUMN mart.dim_date.weekday_name IS 'English name of the weekday.';
COMMENT ON COLUMN mart.dim_date.is_weekend IS 'Saturday or Sunday.';
