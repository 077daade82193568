"""What the daily sign of life says."""

from pipeline.alerts.heartbeat import body, subject_of
from pipeline.warehouse.alerting import Signs

QUIET = Signs(0, 240, 12.2, 121, 118, (("a-feed", "timeout"), ("b-feed", "not_a_feed"), ("c\nBcc: x", "dead")), 0, 0)


def test_the_subject_says_it_all() -> None:
    assert subject_of(QUIET) == "Hotline: no new contacts; 118 of 121 feeds healthy, last article 12 minutes ago"
    busy = Signs(1, 3, 1.0, 2, 2, (), 0, 0)
    assert subject_of(busy) == "Hotline: 1 new contact; 2 of 2 feeds healthy, last article 1 minute ago"
    assert subject_of(Signs(0, 0, None, 0, 0, (), 0, 0)).endswith("no article yet")
    assert subject_of(Signs(2, 0, 2900.0, 1, 1, (), 0, 0)).endswith("last article 2 days ago")


def test_the_body_names_feeds_in_trouble_and_mails_that_wait() -> None:
    text = body(Signs(0, 5, 12.0, 20, 1, tuple((f"feed-{k}", "timeout") for k in range(19)), 2, 1))
    assert "  feed-0: timeout\n" in text and "... and 7 more" in text
    assert "2 waiting, 1 not delivered" in text
    assert "  c Bcc: x: dead\n" in body(QUIET)
