"""Everything that can be set, in one frozen value:

environment variables HOLDFAST_…, or the flags that set them.
"""

import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from holdfast.kit import private
from holdfast.kit.tls import Certificate, CertificateUnusable, certificate
from holdfast.model.errors import SettingsError
from holdfast.model.policy import Policy

_PREFIX: Final = "HOLDFAST_"
CORRECT_CERTIFICATE: Final = "Correct HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY, which name PEM files."
#: 1 to 9,999 at once, then 1 to 99,999 an hour; or no limit.
_PACE: Final = r"^(off|[1-9]\d{0,3}/[1-9]\d{0,4})$"
#: A canary more often than that is a nuisance to WhatsApp and to its owner.
_OFTEN_MINUTES: Final = 5


def _default_data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "holdfast"


def _default_master_key() -> Path:
    # systemd's way of handing a secret over: LoadCredential=holdfast-master-key:…
    given = Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nowhere")) / "holdfast-master-key"
    if given.is_file():
        return given
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "holdfast" / "master.key"


def _seldom_or_never(minutes: float) -> float:
    if 0 < minutes < _OFTEN_MINUTES:
        raise ValueError(f"it is 0 (never) or at least {_OFTEN_MINUTES}")
    return minutes


class Settings(BaseModel):
    """The settings of one gateway."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    data: Path = Field(default_factory=_default_data, description="where everything lies")
    #: How patient reconnection is. Its fields are settings of their own: HOLDFAST_RECONNECT_FIRST_S, …
    policy: Policy = Field(default_factory=Policy)
    database_url: SecretStr | None = Field(
        default=None, description="postgresql://…; without it a SQLite file in the data folder"
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="where the API listens")
    api_port: int = Field(default=4001, ge=0, le=65535, description="0: any free one")
    master_key_file: Path = Field(
        default_factory=_default_master_key, description="0600, made at first start"
    )
    master_key_command: str = Field(
        default="", description="prints the master key, instead of a file: a password manager, a key server"
    )
    lab: Path | None = Field(default=None, description="a simulator's trust file: lab mode, never WhatsApp")
    lab_pace: float = Field(
        default=1, ge=1, le=100, description="lab mode: every wait of Holdfast's own is divided by this"
    )
    device_name: str = Field(
        default="Holdfast", min_length=1, max_length=50, description="shown on the phone"
    )
    allowed_hosts: str = Field(
        default="", description="names of a proxy before the API, by which browsers ask for it"
    )
    tls_cert: Path | None = Field(
        default=None, description="a certificate of your own with its chain, in PEM format: HTTPS"
    )
    tls_key: Path | None = Field(default=None, description="its private key, unless the same file holds it")
    legacy_api: bool = Field(
        default=False, description="serve /api/whatsapp too, for clients of older systems"
    )
    page_origins: str = Field(
        default="",
        description="web applications whose own pages may show a session, like https://app.example",
    )
    keep_events_days: float = Field(default=30, ge=1, le=36_500, description="events for consumers")
    keep_messages_days: float = Field(default=365, ge=1, le=36_500, description="messages of both directions")
    keep_media_days: float = Field(default=365, ge=1, le=36_500, description="files that nobody uses")
    media_max_mb: int = Field(default=2048, ge=1, le=2048, description="the largest file, in MiB")
    media_fetch_kinds: str = Field(
        default="image video audio voice document sticker",
        description="kinds of received files that are fetched by themselves; empty: none",
    )
    media_fetch_max_mb: int = Field(
        default=100, ge=0, le=2048, description="larger files are fetched by request only, in MiB"
    )
    media_url_hosts: str = Field(
        default="", description="internal hosts that may be asked for files by address"
    )
    media_bucket: str = Field(
        default="",
        pattern=r"^(s3://[a-z0-9.-]+(/[\w./-]*)?)?$",
        description="s3://bucket/prefix: files lie there instead of in the data folder",
    )
    media_endpoint: str | None = Field(
        default=None, description="the S3 server, when it is not Amazon's: https://…"
    )
    media_region: str = Field(default="us-east-1", description="the bucket's region")
    media_access_key: str | None = Field(default=None, description="by default what the environment gives")
    media_secret_key: SecretStr | None = Field(default=None, description="belongs to the access key")
    keep_timeline_days: float = Field(default=90, ge=1, le=36_500, description="what happened to sessions")
    canary_minutes: Annotated[float, AfterValidator(_seldom_or_never)] = Field(
        default=0, ge=0, le=10_080, description="each number sends itself a message so often; 0: never"
    )
    pace_reply: str | None = Field(
        default=None, pattern=_PACE, description="to chats that have written within a day: BURST/PER_HOUR"
    )
    pace_chat: str | None = Field(
        default=None, pattern=_PACE, description="to groups, and to people who have written before"
    )
    pace_stranger: str | None = Field(
        default=None, pattern=_PACE, description="to people who have not written"
    )
    queue_for_other_number: Literal["fail", "keep"] = Field(
        default="fail", description="what becomes of what waits when another number is linked"
    )
    applications: str = Field(
        default="", description="applications that are switched on beside the core, such as chauffeur"
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")

    @property
    def names(self) -> Collection[str]:
        """The hosts by which requests may ask for the API, beside addresses and localhost."""
        return [self.host, *self.allowed_hosts.replace(",", " ").split()]

    @property
    def origins(self) -> Collection[str]:
        """The origins of `page_origins`, as browsers write them."""
        return [it.lower().rstrip("/") for it in self.page_origins.replace(",", " ").split()]

    @property
    def certificate(self) -> Certificate | None:
        """What the API is served under; None: plain HTTP. Raises SettingsError."""
        try:
            return certificate(self.tls_cert, self.tls_key)
        except CertificateUnusable as unusable:
            raise SettingsError(str(unusable), next_step=CORRECT_CERTIFICATE) from unusable

    @property
    def run(self) -> Path:
        """What lives as long as a process: lock, addresses."""
        return self.data / "run"

    @property
    def database_file(self) -> Path:
        """The gateway's database, unless `database_url` names another."""
        return self.data / "holdfast.db"

    @property
    def media(self) -> Path:
        """Where files of messages lie, and where the engine reads and writes them."""
        return self.data / "media"

    @property
    def kill_points(self) -> Path | None:
        """Where a self-test arms its kill points; None outside the lab."""
        return self.run / "kill-points" if self.lab is not None else None


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises SettingsError with what is wrong, in one line."""
    try:
        policy = Policy.model_validate(_given(Policy, environment))
        settings = Settings.model_validate({**_given(Settings, environment), "policy": policy})
    except ValidationError as exc:
        raise SettingsError(_what_is_wrong(exc), next_step="Correct it.") from exc
    paths = {"data": settings.data.expanduser().absolute()}
    paths["master_key_file"] = settings.master_key_file.expanduser().absolute()
    lab = settings.lab
    if lab is not None and str(lab) in ("", "."):
        lab = None  # an empty variable is no lab
    if lab is not None:
        lab = lab.expanduser().absolute()
        if not lab.is_file():
            raise SettingsError(
                f"HOLDFAST_LAB names {lab}, which is not there",
                next_step="Start the simulator with --trust-file, or unset HOLDFAST_LAB.",
            )
    elif settings.lab_pace != 1:
        raise SettingsError(
            "HOLDFAST_LAB_PACE is for the lab alone: WhatsApp would take the haste for an attack",
            next_step="Unset it, or set HOLDFAST_LAB.",
        )
    return settings.model_copy(update={**paths, "lab": lab})


def _given(kind: type[BaseModel], environment: Mapping[str, str]) -> dict[str, str]:
    # Read by hand: the library for it costs 0.15 s at every start.
    names = {_PREFIX + name.upper(): name for name in kind.model_fields if name != "policy"}
    return {names[variable]: value for variable, value in environment.items() if variable in names}


def _what_is_wrong(exc: ValidationError) -> str:
    first = exc.errors()[0]
    if not first["loc"]:  # between two settings, which it names
        return str(first["ctx"]["error"])
    name = _PREFIX + "_".join(str(part) for part in first["loc"]).upper()
    return f"{name} is not valid: {first['msg']}"


def prepare(settings: Settings) -> None:
    """Make the data folder with its rooms, for their owner alone. Raises SettingsError when it cannot."""
    try:
        for folder in (
            settings.data,
            settings.run,
            settings.data / "logs",
            settings.data / "sessions",
            settings.media,
        ):
            private.folder(folder)
        with tempfile.TemporaryFile(dir=settings.run):
            pass
    except OSError as exc:
        raise SettingsError(
            f"The data folder {settings.data} cannot be used: {exc.strerror}",
            next_step="Make it a folder of this user that can be written, or name another by HOLDFAST_DATA.",
        ) from exc
