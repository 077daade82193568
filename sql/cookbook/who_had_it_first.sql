-- Which outlet told of each contact of the latest month first, and how long an independent second took.
WITH newest AS (
    SELECT occurred_on AS day FROM mart.contacts
    WHERE status = 'occurred' AND occurred_on IS NOT NULL ORDER BY occurred_on DESC LIMIT 1
)
SELECT
    contacts.participants,
    lag.occurred_on,
    lag.first_outlet,
    lag.first_report_at,
    lag.lag_days,
    lag.corroborated_by,
    round(lag.corroborated_after_hours::numeric, 1) AS hours_to_second,
    lag.families
FROM mart.reporting_lag AS lag
JOIN mart.contacts USING (contact_id)
WHERE lag.occurred_on BETWEEN (SELECT day - 30 FROM newest) AND (SELECT day FROM newest)
ORDER BY lag.first_report_at DESC;
