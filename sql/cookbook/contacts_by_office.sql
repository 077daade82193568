-- Who speaks with whom by office: contacts of the latest quarter by the kinds of office held on the day (the star schema).
WITH newest AS (
    SELECT occurred_on AS day FROM mart.contacts
    WHERE status = 'occurred' AND occurred_on IS NOT NULL ORDER BY occurred_on DESC LIMIT 1
)
SELECT
    coalesce(term.office_class, 'unknown') AS office_class,
    dim_date.year,
    count(DISTINCT bridge.contact_id) AS contacts,
    count(DISTINCT bridge.leader_id) AS leaders
FROM mart.bridge_participant AS bridge
JOIN mart.dim_date USING (day)
LEFT JOIN mart.dim_office_term AS term USING (office_term_id)
WHERE bridge.day BETWEEN (SELECT day - 90 FROM newest) AND (SELECT day FROM newest)
GROUP BY 1, dim_date.year
ORDER BY dim_date.year DESC, contacts DESC, 1;
