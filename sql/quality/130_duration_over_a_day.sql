-- severity: warn
-- means: A contact of more than 24 hours: most often days of travel, or a number that counts something else.
-- do: Look at its sentences. A summit or visit of some days should have no duration.
SELECT contact.contact_id, contact.mode, contact.occurred_on, contact.duration_minutes
FROM core.contact
WHERE contact.state = 'active' AND contact.duration_minutes > 24 * 60
ORDER BY contact.duration_minutes DESC, contact.contact_id
