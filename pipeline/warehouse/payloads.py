"""A contact as data, for channels that are read by programs."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection

MOST_SOURCES = 20


def contact_payload(conn: Connection, contact_id: str) -> dict[str, Any] | None:
    """The contact as the warehouse has it now, in values fit for JSON, by the names of mart.contacts.

    `sources` are the articles that report it, the earliest first, 20 at most. None: there is no such contact.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT jsonb_build_object(
                'contact_id', contact_id, 'state', state,
                'participants', coalesce((
                    SELECT jsonb_agg(jsonb_build_object(
                        'name', name, 'country', country, 'wikidata_id', wikidata_id, 'office', office)
                        ORDER BY position)
                    FROM core.contact_participant AS p WHERE p.contact_id = contact.contact_id), '[]'),
                'mode', mode, 'status', status, 'occurred_on', occurred_on, 'date_precision', date_precision,
                'duration_minutes', duration_minutes, 'location', location, 'initiator', initiator,
                'ordinal', CASE WHEN ordinal_count IS NOT NULL
                    THEN jsonb_build_object('count', ordinal_count, 'window', ordinal_window) END,
                'historical', historical, 'topics', to_jsonb(topics), 'attribution', to_jsonb(attribution),
                'first_reported_at', first_reported_at, 'last_reported_at', last_reported_at,
                'outlets', to_jsonb(outlets), 'families', to_jsonb(families), 'confidence', confidence)
            FROM core.contact AS contact WHERE contact_id = %s::uuid
            """,
            (contact_id,),
        )
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(
            """
            SELECT jsonb_build_object('outlet', outlet.name, 'family', outlet.family, 'url', article.url,
                                      'title', article.title, 'published_at', article.published_at)
            FROM core.article JOIN core.outlet USING (outlet_id)
            WHERE article_id IN (
                SELECT article_id FROM core.contact_member JOIN core.contact_report USING (report_id)
                WHERE contact_id = %s::uuid AND is_current)
            ORDER BY article.published_at NULLS LAST, article_id LIMIT %s
            """,
            (contact_id, MOST_SOURCES),
        )
        return {**row[0], "sources": [source for (source,) in cursor.fetchall()]}
