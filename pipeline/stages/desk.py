"""The desk that writes alerts, as the settings and files of config/ want it."""

from __future__ import annotations

from pipeline.alerts.capitals import load_capitals
from pipeline.alerts.desk import Desk
from pipeline.alerts.feedback import Ballots
from pipeline.alerts.mail import domain_of
from pipeline.alerts.rules import load_rules
from pipeline.settings import Settings
from pipeline.understand.topicsconfig import load_topics


def open_desk(settings: Settings) -> Desk:
    """Raises RulesError or TopicsConfigError for a broken file of config/."""
    return Desk(
        rules=load_rules(settings.alerts_file),
        labels={topic.topic: topic.label for topic in load_topics(settings.topics_file)},
        domain=domain_of(settings.mail_from),
        max_age_days=settings.alert_max_age_days,
        capitals=load_capitals(settings.leaders_dir),
        page=settings.contacts_page,
        ballots=Ballots.of(settings),
    )
