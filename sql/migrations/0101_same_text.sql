-- Whether an outlet printed this very text before, under another title: then it is a notice of the house, or a copy.
CREATE INDEX article_by_text ON core.article (outlet_id, md5(text));
