-- severity: warn
-- means: A participant of a country or body that the registry does not have: joins by country lose this contact.
-- do: Add the country to config/leaders/countries.csv, or mend the code there.
SELECT person.country, count(*) AS contacts, min(person.name) AS for_instance
FROM core.contact
JOIN core.contact_participant AS person USING (contact_id)
WHERE contact.state = 'active'
  AND EXISTS (SELECT FROM core.country)
  AND NOT EXISTS (SELECT FROM core.country WHERE country.country = person.country)
GROUP BY person.country
ORDER BY contacts DESC, person.country
