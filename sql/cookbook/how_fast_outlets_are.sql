-- How often each outlet had a contact first in the latest quarter, and how far ahead of an independent second it was.
WITH newest AS (
    SELECT occurred_on AS day FROM mart.contacts
    WHERE status = 'occurred' AND occurred_on IS NOT NULL ORDER BY occurred_on DESC LIMIT 1
)
SELECT
    first_outlet AS outlet,
    count(*) AS firsts,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY lag_days) AS median_days_after_the_event,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY corroborated_after_hours) AS median_hours_ahead
FROM mart.reporting_lag
WHERE occurred_on BETWEEN (SELECT day - 90 FROM newest) AND (SELECT day FROM newest)
GROUP BY first_outlet
ORDER BY firsts DESC, outlet;
