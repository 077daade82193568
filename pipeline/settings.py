"""Every knob in one place: environment variables with the prefix HOTLINE_, or a `.env` file beside the clone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings of one installation. Durations are seconds unless a name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", env_file=ROOT / ".env", extra="ignore")

    home: Path = Field(ROOT / ".hotline", description="Where everything that runs leaves its data.")
    as_of: AwareDatetime | None = Field(
        None, description="A fixed clock for replays of old news; unset, the real time is used."
    )

    # warehouse
    warehouse_dsn: SecretStr | None = Field(
        None, description="A PostgreSQL 14 or newer to use instead of the embedded one (libpq URI)."
    )
    analyst_dsn: SecretStr | None = Field(None, description="The same warehouse as the read-only analyst role sees it.")
    lease_seconds: int = Field(900, ge=10, description="How long a claimed batch stays claimed if its worker hangs.")
    batch_size: int = Field(50, ge=1, le=5000, description="Items a task claims at a time.")
    max_attempts: int = Field(3, ge=1, description="Tries of one item in one stage before it is refused.")

    # configuration files
    feeds_file: Path = Field(ROOT / "config" / "feeds.yaml", description="The feeds to poll.")
    topics_file: Path = Field(ROOT / "config" / "topics.yaml", description="The topics to classify by.")
    alerts_file: Path = Field(ROOT / "config" / "alerts.yaml", description="The alert rules.")
    leaders_dir: Path = Field(ROOT / "config" / "leaders", description="The leader registry.")
    models_dir: Path = Field(ROOT / "models", description="Trained weights.")

    # ingest
    user_agent: str = Field(
        "HotlineBot/0.1 (+https://example.org/hotline; set HOTLINE_USER_AGENT with your contact)",
        description="Sent with every request; name yourself and a contact.",
    )
    fetch_timeout: float = Field(20.0, gt=0, description="Deadline for one page, redirects included.")
    fetch_max_bytes: int = Field(5_000_000, gt=0, description="Largest page, in bytes after decompression.")
    fetch_max_redirects: int = Field(5, ge=0)
    fetch_concurrency: int = Field(16, ge=1, description="Requests under way at once.")
    fetch_host_gap: float = Field(1.0, ge=0, description="Least seconds between two requests to one host.")
    poll_min_wait: float = Field(
        600.0, ge=0, description="Least time between two good polls of a feed, whatever it publishes."
    )
    poll_max_wait: float = Field(
        21600.0,
        ge=0,
        description="Longest such time, whatever the feed asks for. Keep it below the schedule's interval.",
    )
    feed_alert_after: int = Field(3, ge=1, description="Failed polls in a row after which ops is told of a feed, once.")
    feed_silence: float = Field(
        86400.0, ge=0, description="A feed without news is not called silent before, however often it publishes."
    )
    ops_recipient: str | None = Field(
        None, description="Whom to mail of feeds that fail, fall silent, or come back: name@host. None: nobody."
    )
    archive_days: int = Field(
        400, ge=0, description="Days that fetched pages and feeds stay under archive/. 0: nothing is archived."
    )
    revisit_after: tuple[float, ...] = Field(
        (3600.0, 21600.0, 86400.0),
        description="When an article's page is looked at again for changes, counted from its fetch. []: never.",
    )
    allow_loopback_port: int | None = Field(
        None, description="The one loopback port that may be fetched: the example newswire's. None: no loopback at all."
    )

    # understand
    threads: int = Field(2, ge=1, description="Threads of the model run time.")
    topic_model: str | None = Field(
        None,
        description='A Hugging Face model for topics, "hub:owner/model" or a folder, in place of ours; needs [hub].',
    )
    hub_device: str = Field(
        "auto", description="Where such a model runs: auto (a GPU if there is one), cpu, cuda:0, mps."
    )

    # alerts
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(0, ge=0, le=65535, description="0: no relay is set; mail goes to the local mail folder.")
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = False
    smtp_tls: bool = False
    smtp_conn_id: str | None = Field(
        None, description="An Airflow connection of type smtp to send by, in place of the smtp_ settings."
    )
    smtp_timeout: float = Field(
        120.0, gt=0, description="Patience for the relay's answer to a message. Cut short, it may have it all the same."
    )
    mail_from: str = "hotline@localhost"
    alert_max_age_days: int = Field(7, ge=0, description="Contacts older than this are never mailed as new.")
    alert_patience: float = Field(
        240.0,
        ge=0,
        description="How long one run keeps trying a relay that puts a message off; then the next run does.",
    )
    alert_ambiguous: Literal["resend", "ask", "hold"] = Field(
        "resend",
        description="What to do with a message of unknown fate: send it once more (it may come twice), or hold it "
        "until somebody asks (ask; hold means the same).",
    )
    webhook_secret: SecretStr | None = Field(
        None, description="Signs what webhooks post, where their address brings no secret of its own."
    )
    webhook_timeout: float = Field(30.0, gt=0, description="Patience for the answer of a webhook or a chat service.")
    webhook_allow_private: bool = Field(
        False, description="Whether webhooks may lead to this machine or a private network."
    )

    page_url: str | None = Field(
        None,
        description="Where readers of mails reach Airflow, as https://airflow.example.org; mails link there. "
        "Empty: no links. None: http://localhost:UI_PORT, on this machine.",
    )

    # feedback: right, wrong or duplicate, by a link in the mail
    feedback_secret: SecretStr | None = Field(
        None, min_length=16, description="Signs the links; 16 characters or more. None: mails carry no such links."
    )
    feedback_days: int = Field(60, ge=1, description="How long such a link holds.")

    # monitoring
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /hotline/metrics of the UI. None: the page asks for Airflow's login."
    )
    log_format: Literal["text", "json"] = Field("text", description="json: logs as JSON Lines, with ids in every line.")

    # upkeep (DAG maintenance); 0 days: for ever
    import_dir: Path | None = Field(
        None, description="Where backfill_archive finds WARC and JSON Lines files. None: HOTLINE_HOME/import."
    )
    keep_pages_days: int = Field(30, ge=0, description="Days that the bytes of a settled page stay in the warehouse.")
    keep_polls_days: int = Field(90, ge=0, description="Days that polls are kept; a feed's latest always is.")
    keep_mails_days: int = Field(
        400, ge=0, description="Days that the words of a mail are kept once it is sent; that it was sent always is."
    )

    # airflow
    schedule: str = Field(
        "@daily", description="When news_monitor runs: a cron string, a preset, an interval (15m, 2h, 1d) or 'none'."
    )
    task_retries: int = Field(2, ge=0, description="Times Airflow tries a failed stage again.")
    task_retry_delay: float = Field(30.0, ge=0, description="Seconds before the first retry; doubled for each next.")
    alerts_by: Literal["run", "asset"] = Field(
        "run",
        description="Who mails: news_monitor at its end (run), or contact_alerts, started by the asset (asset). "
        "`hotline run` mails itself in any case.",
    )
    digest_schedule: str = Field("@hourly", description="When the DAG digest runs; written as `schedule`.")
    maintenance_schedule: str = Field("0 3 * * *", description="When the DAG maintenance runs; written as `schedule`.")
    airflow_dsn: SecretStr | None = Field(
        None, description="A PostgreSQL database for Airflow's own metadata instead of the embedded one (libpq URI)."
    )
    ui_port: int = Field(8080, ge=1, le=65535)

    @property
    def has_relay(self) -> bool:
        """Whether mail goes to a relay of the user's, not into the local folder."""
        return bool(self.smtp_port or self.smtp_conn_id)

    @property
    def contacts_page(self) -> str | None:
        """The page of contacts that mails link to: Airflow's on this machine unless told; None: they link nowhere."""
        base = f"http://localhost:{self.ui_port}" if self.page_url is None else self.page_url.rstrip("/")
        return f"{base}/leader-contacts" if base else None

    @property
    def own_topics_dir(self) -> Path:
        """Where the heads of the user's own topics lie once they are trained."""
        return self.home / "topics"

    def now(self) -> datetime:
        """The clock of this installation: `as_of` in a replay, the real UTC time otherwise."""
        return self.as_of or datetime.now(UTC)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
