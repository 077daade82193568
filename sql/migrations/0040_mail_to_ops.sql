-- The outbox carries what ops is told of feeds, too.

ALTER TABLE core.outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE core.outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('contact', 'update', 'heartbeat', 'ops'));
