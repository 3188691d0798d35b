"""The configuration as frozen models, with every default. Reads no files and knows no destination by name."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from ..events import Kind
from .alert_rules import DEFAULT_RULES, AnyRule
from .base import ConfigModel, Label, Name, spelled
from .secret_kinds import credential_kind, personal_kind
from .units import Duration, PositiveDuration, PositiveSize, Size, bounds, parse_size


class RunConfig(ConfigModel):
    """`run`: what names the test in every record."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = "locust"
    """Name of the test."""
    environment: str | None = None
    """Where the tested system runs, such as `staging`."""
    labels: dict[str, Label] = Field(default_factory=dict[str, str])
    """Labels copied into every record."""


class CaptureConfig(ConfigModel):
    """`capture`: how much of a failed request is kept."""

    request_body: bool = True
    """Keep the body that was sent."""
    response_body: bool = True
    """Keep the body that came back."""
    max_body_bytes: Annotated[PositiveSize, bounds(parse_size, most="256KiB")] = 2048
    """Bytes of each body that are kept, after redaction; at most 256 KiB, since every failure carries them."""


RedactionMode = Literal["mask", "hash", "drop"]


class PatternConfig(ConfigModel):
    """One entry of `redaction.patterns`; a plain pattern is one of kind `custom`."""

    kind: Annotated[
        str, spelled(r"[a-z][a-z_]{0,39}", "small letters and `_`, a letter first and 40 characters at most")
    ] = "custom"
    """What the mask and the counts call it: small letters and `_`."""
    re2: str
    """The pattern, in RE2's syntax."""


def _as_pattern(value: object) -> object:
    return {"re2": value} if isinstance(value, str) else value


class RedactionConfig(ConfigModel):
    """`redaction`: what else to mask, what to leave alone, and what stands in its place."""

    keys: tuple[str, ...] = ()
    """Names of further sensitive keys, in headers, queries, forms and JSON; case and separators do not matter."""
    patterns: tuple[Annotated[PatternConfig, BeforeValidator(_as_pattern)], ...] = ()
    """Further RE2 patterns; what they match is masked in every text."""
    keep: tuple[str, ...] = ()
    """Names of keys that are never masked by their name, anywhere; or the exact place of one,
    such as `request.body.user.token_hint`."""
    mode: RedactionMode = "mask"
    """What stands in a secret's place: `[REDACTED:kind]`, the same with a keyed hash, or nothing that tells."""
    modes: dict[str, RedactionMode] = Field(default_factory=dict[str, RedactionMode])
    """The same for single kinds."""
    hash_key: Annotated[SecretStr, Field(min_length=16)] | None = None
    """The key of `hash`, 16 characters at least, so that several processes and runs can be compared; if left out, each
    Locust process has a random one."""
    personal: bool = True
    """Mask personal data."""
    off: tuple[Annotated[str, AfterValidator(personal_kind)], ...] = ()
    """Kinds of personal data that stay as they are."""
    i_accept_leaking_credentials: tuple[Annotated[str, AfterValidator(credential_kind)], ...] = ()
    """Kinds of credentials that leave as they are. Warned of at every start."""


class BatchConfig(ConfigModel):
    """`batch`: a batch is sent when the first of these is reached."""

    max_records: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Records in one request."""
    max_bytes: PositiveSize = 1024 * 1024
    """Bytes of one request's body before compression. A single record may exceed it."""
    max_age: Duration = 1.0
    """Longest time a failure waits for company; alerts and summaries wait for none."""


FilePath = Annotated[str, Field(min_length=1)]
"""Name of a file; relative to the working directory."""


class TlsConfig(ConfigModel):
    """`tls`: whom to trust, and the certificate to show. There is no key to switch verification off."""

    ca: FilePath | None = None
    """PEM file of CAs to trust besides the public ones."""
    client_certificate: FilePath | None = None
    """PEM file of the certificate to show to a server that asks for one, followed by its intermediate ones."""
    client_key: FilePath | None = None
    """PEM file of its private key; if left out, the key is in the certificate's file."""
    client_key_password: SecretStr | None = None
    """Password of the private key, if it has one."""


class DestinationConfig(ConfigModel):
    """What every destination has."""

    send: Annotated[tuple[Kind, ...], Field(min_length=1)]
    """Kinds of events it gets."""
    batch: BatchConfig = BatchConfig()
    """How events are gathered."""
    timeout: PositiveDuration = 10.0
    """Longest time one attempt may take in all."""
    give_up_after: PositiveDuration = 86_400.0
    """Age at which a record that could not be delivered becomes a dead letter."""
    tls: TlsConfig | None = None
    """Certificates, for a CA of one's own or a server that asks for a client certificate."""


class LogConfig(ConfigModel):
    """`log`: where events are kept until they are delivered, and after."""

    directory: Annotated[str, Field(min_length=1)] = ".locust-failures"
    """Folder of the logs, one file for each Locust process; relative to the working directory."""
    max_size: Annotated[Size, bounds(parse_size, least="1MiB")] = 256 * 1024 * 1024
    """Bytes one log may take, 1 MiB at least. When full: the oldest delivered events go first, then the oldest dead
    letters, then the oldest pending events, counted."""
    max_dead_letters: PositiveSize = 64 * 1024 * 1024
    """Bytes that dead letters may take of it; beyond, the oldest are deleted. They stay counted."""
    retain: Duration = 7 * 86400.0
    """How long a fully delivered log is kept."""
    adopt: bool = True
    """Deliver, beside its own, what tests that were killed have left in this folder."""


class FlushConfig(ConfigModel):
    """`flush`: the end of a test."""

    deadline: Duration = 10.0
    """How long Locust's exit may wait for deliveries. What is left stays in the log."""


D = TypeVar("D", bound=DestinationConfig)


class Config(ConfigModel, Generic[D]):
    """The whole file. `D` is the union of destination configs, told apart by `type`."""

    version: Literal[1]
    """Version of this file's format."""
    run: RunConfig = RunConfig()
    capture: CaptureConfig = CaptureConfig()
    redaction: RedactionConfig = RedactionConfig()
    destinations: Annotated[dict[Name, D], Field(min_length=1)]
    """Where to send, by name."""
    alerts: tuple[AnyRule, ...] | None = None
    """Alert rules. If left out, default rules hold as soon as a destination takes alerts."""
    log: LogConfig = LogConfig()
    flush: FlushConfig = FlushConfig()

    @property
    def rules(self) -> tuple[AnyRule, ...]:
        """The alert rules in force."""
        if self.alerts is not None:
            return self.alerts
        return DEFAULT_RULES if any("alerts" in d.send for d in self.destinations.values()) else ()


AnyConfig = Config[Any]

__all__ = [
    "AnyConfig",
    "BatchConfig",
    "CaptureConfig",
    "Config",
    "ConfigModel",
    "DestinationConfig",
    "Duration",
    "FlushConfig",
    "LogConfig",
    "Name",
    "PatternConfig",
    "RedactionConfig",
    "RedactionMode",
    "RunConfig",
    "Size",
    "TlsConfig",
]
