"""The dead-man's switch: mails ops when the main job has not worked for some hours, without asking Airflow.

It needs the warehouse and the mail relay alone, and of these only the relay must work: a warehouse that does not answer
is an alarm too. What was said is kept in a small file, so that an outage is told once, and its end once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from pathlib import Path

from pipeline.alerts.mail import WIRE, domain_of
from pipeline.alerts.sender import Courier, Fate, Relay
from pipeline.runtime.errors import RuntimeFault
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.warehouse.runs import last_run

# The last stage of the chain: when it worked, the whole run did.
LAST_STAGE = "alert"
# An outage that lasts is told again, lest the first mail was overlooked.
AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class State:
    """What is wrong, in a line for a subject, and more about it; `wrong` is empty if all is well."""

    wrong: str
    more: str = ""


def look(settings: Settings, hours: float) -> State:
    """Whether a run has worked within `hours`; never raises for what it is there to notice."""
    try:
        with StageContext.open(settings).connection() as connection:
            last = last_run(connection, LAST_STAGE)
    except Exception as fault:
        return State("the warehouse does not answer", f"{type(fault).__name__}: {fault}".strip())
    said = f"The last failure, {last.failed_at:%Y-%m-%d %H:%M} UTC: {last.failure}" if last.failed_at else ""
    if last.hours_ago is None:
        return State("no run has ever ended well", said or "The warehouse holds no run at all.")
    if last.hours_ago > hours:
        when = f"The last run that worked ended {last.worked_at:%Y-%m-%d %H:%M} UTC."
        return State(f"no run has worked for {last.hours_ago:.0f} hours", f"{when}\n{said}".strip())
    return State("", f"The last run that worked ended {last.hours_ago:.1f} hours ago.")


def watch(settings: Settings, hours: float, recipient: str, now: datetime) -> tuple[State, bool]:
    """Look, and mail `recipient` of an outage or its end if that is due; tells what it saw and whether it mailed.

    Raises RuntimeFault if a mail was due and could not be delivered: then the next look tries again.
    """
    memory = settings.home / "watchdog.json"
    state, said = look(settings, hours), _remembered(memory)
    since = datetime.fromisoformat(said["since"]) if said else None
    if not state.wrong and since is None:
        return state, False
    if state.wrong and said and now - datetime.fromisoformat(said["told"]) < AGAIN:
        return state, False
    if state.wrong:
        _mail(settings, recipient, f"Hotline is silent: {state.wrong}", _alarm(state, since), now)
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({"since": (since or now).isoformat(), "told": now.isoformat()}))
    else:
        _mail(
            settings,
            recipient,
            "Hotline works again",
            f"{state.more}\nThe outage was noticed {since:%Y-%m-%d %H:%M} UTC.",
            now,
        )
        memory.unlink()
    return state, True


def _alarm(state: State, since: datetime | None) -> str:
    lines = [f"{state.wrong[0].upper()}{state.wrong[1:]}.", state.more]
    if since:
        lines.append(f"Noticed first {since:%Y-%m-%d %H:%M} UTC.")
    lines.append("\nWhat to do: `hotline doctor`, then the task logs in Airflow. Nothing is lost meanwhile; the next")
    lines.append("run takes up what is left. You are told again in a day, and once when a run has worked.")
    return "\n".join(line for line in lines if line)


def _remembered(memory: Path) -> dict[str, str] | None:
    try:
        said = json.loads(memory.read_text(encoding="utf-8"))
        return {"since": str(datetime.fromisoformat(said["since"])), "told": str(datetime.fromisoformat(said["told"]))}
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a torn file only costs a mail too many


def _mail(settings: Settings, recipient: str, subject: str, text: str, now: datetime) -> None:
    if not settings.has_relay:
        raise RuntimeFault(
            "There is no mail relay, so the watchdog cannot tell anybody.",
            "Set HOTLINE_SMTP_HOST and HOTLINE_SMTP_PORT, or HOTLINE_SMTP_CONN_ID.",
        )
    name, address = parseaddr(settings.mail_from)
    message = EmailMessage(policy=WIRE)
    message["From"] = formataddr((name or "Hotline", address))
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid("watchdog", domain_of(settings.mail_from))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    relay = Relay.of(settings)
    try:
        with Courier(relay) as courier:
            courier.connect()
            outcome = courier.deliver(message, settings.mail_from, recipient)
    except Exception as fault:
        raise RuntimeFault(f"The watchdog's mail could not be sent: {fault}", "Check the relay.") from fault
    if outcome.fate is not Fate.SENT:
        raise RuntimeFault(f"{relay} did not take the watchdog's mail: {outcome.reply}", "Check the address.")
