CREATE OR REPLACE VIEW mart.contacts AS
SELECT
    contact.contact_id,
    people.participants,
    contact.mode::text AS mode,
    contact.status::text AS status,
    contact.occurred_on,
    contact.date_precision::text AS date_precision,
    contact.duration_minutes,
    contact.location,
    contact.ordinal_count AS ordinal,
    contact.historical,
    contact.topics,
    contact.attribution,
    contact.first_reported_at,
    contact.last_reported_at,
    tally.reports,
    cardinality(contact.outlets) AS outlets,
    cardinality(contact.families) AS families,
    contact.confidence,
    contact.ordinal_window,
    contact.initiator,
    people.names,
    people.countries,
    people.wikidata_ids,
    contact.outlets AS outlet_names,
    contact.reason,
    contact.updated_at,
    contact.part_of,
    contact.spread,
    contact.confidence_reason,
    contact.ordinal_since
FROM core.contact
CROSS JOIN LATERAL (
    SELECT
        string_agg(name || ' (' || country || ')', ', ' ORDER BY name COLLATE "C", country COLLATE "C") AS participants,
        array_agg(name ORDER BY name COLLATE "C", country COLLATE "C") AS names,
        array_agg(DISTINCT country) AS countries,
        array_remove(array_agg(wikidata_id ORDER BY name COLLATE "C", country COLLATE "C"), NULL) AS wikidata_ids
    FROM core.contact_participant
    WHERE contact_participant.contact_id = contact.contact_id
) AS people
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS reports
    FROM core.contact_member JOIN core.contact_report USING (report_id)
    WHERE contact_member.contact_id = contact.contact_id AND contact_report.is_current
) AS tally
WHERE contact.state = 'active';

COMMENT ON VIEW mart.contacts IS 'Contacts between leaders: one row for each thing that happened, is planned, or was denied, however many told it.';
COMMENT ON COLUMN mart.contacts.contact_id IS 'Key; stays over rebuilds.';
COMMENT ON COLUMN mart.contacts.participants IS 'Who, sorted by name: "Emmanuel Macron (FRA), Vladimir Putin (RUS)".';
COMMENT ON COLUMN mart.contacts.mode IS 'phone, video, in_person, visit (a leader travels; a host may be unnamed), multilateral (three or more), letter, unspecified.';
COMMENT ON COLUMN mart.contacts.status IS 'occurred, ongoing, planned, proposed, cancelled or denied.';
COMMENT ON COLUMN mart.contacts.occurred_on IS 'Day of the contact; for date_precision week or month the first day of that span.';
COMMENT ON COLUMN mart.contacts.date_precision IS 'day, week or month.';
COMMENT ON COLUMN mart.contacts.duration_minutes IS 'How long it took, in minutes.';
COMMENT ON COLUMN mart.contacts.location IS 'Where.';
COMMENT ON COLUMN mart.contacts.ordinal IS 'The how-maniest contact it is said to be; see ordinal_window.';
COMMENT ON COLUMN mart.contacts.historical IS 'Told as history, not as news.';
COMMENT ON COLUMN mart.contacts.topics IS 'Topic ids, as in config/topics.yaml.';
COMMENT ON COLUMN mart.contacts.attribution IS 'Who said so.';
COMMENT ON COLUMN mart.contacts.first_reported_at IS 'Publication of its first report.';
COMMENT ON COLUMN mart.contacts.last_reported_at IS 'Publication of its latest report.';
COMMENT ON COLUMN mart.contacts.reports IS 'How many reports tell of it.';
COMMENT ON COLUMN mart.contacts.outlets IS 'How many outlets.';
COMMENT ON COLUMN mart.contacts.families IS 'How many independent families of outlets: the number that corroborates.';
COMMENT ON COLUMN mart.contacts.confidence IS 'Probability that it is right, 0 to 1.';
COMMENT ON COLUMN mart.contacts.ordinal_window IS 'The time in which ordinal counts, as worded ("recent weeks").';
COMMENT ON COLUMN mart.contacts.initiator IS 'Who sought it.';
COMMENT ON COLUMN mart.contacts.names IS 'The participants'' names, sorted.';
COMMENT ON COLUMN mart.contacts.countries IS 'Their countries, ISO 3166-1 alpha-3, or EU, UN, NATO, AU and the like; sorted, each once.';
COMMENT ON COLUMN mart.contacts.wikidata_ids IS 'Their Wikidata ids, in the order of names.';
COMMENT ON COLUMN mart.contacts.outlet_names IS 'The outlets that told of it.';
COMMENT ON COLUMN mart.contacts.reason IS 'Why its reports were taken for one contact, in words.';
COMMENT ON COLUMN mart.contacts.updated_at IS 'When it last changed.';
COMMENT ON COLUMN mart.contacts.part_of IS 'The summit beside which these talks took place (contact_id); null where there is none.';
COMMENT ON COLUMN mart.contacts.spread IS 'Where families differ: field -> value -> the families that stand by it, as {"duration_minutes": {"100": ["a", "b"], "105": ["c"]}}. Fields: occurred_on, duration_minutes, location, mode.';
COMMENT ON COLUMN mart.contacts.confidence_reason IS 'Where the confidence comes from, in words.';
COMMENT ON COLUMN mart.contacts.ordinal_since IS 'First day of the window that ordinal counts in, if its words name one; see mart.coverage_gaps.';
