-- Indexes that the cookbook's queries were seen to need on generated data (bench/warehouse.py, docs/warehouse.md).

-- The newest contacts first, with those of no day at the end: what lists and pages show.
CREATE INDEX contact_newest ON core.contact (occurred_on DESC NULLS LAST, contact_id) WHERE state = 'active';

-- Refusals are counted by reason and feed, with the latest of each, without a look at the items themselves.
CREATE INDEX item_refused_by_feed ON staging.item (reason, feed_id, stage_at DESC, item_id DESC) WHERE stage = 'refused';

-- What changed last.
CREATE INDEX contact_history_newest ON core.contact_history (changed_at DESC, history_id DESC) WHERE kind = 'changed';
