"""What the destinations share that send one message for one event. They say how it is written, and to where it goes."""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from .base import Batch, Destination, HttpRequest
from .message import MessageConfig, notice_of, probe_notice, read_event
from .notice import Notice

ConfigT = TypeVar("ConfigT", bound=MessageConfig)


class MessageDestination(Destination, Generic[ConfigT]):
    """Sends each event by itself, as a notice."""

    max_records: ClassVar[int | None] = 1

    def __init__(self, name: str, config: ConfigT) -> None:
        self._name = name
        self._config = config

    @property
    def config(self) -> ConfigT:
        """The configuration it was made from."""
        return self._config

    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:  # noqa: ARG002 - one form, no time
        """The message of the batch's one event.

        Raises:
            ValueError: more than one event, or a failure: neither is ever routed here.
        """
        (event,) = batch.events
        return self._request(notice_of(read_event(event), self._config.links))

    def probe(self, now: datetime) -> HttpRequest:
        """A message that says of itself that it is a test."""
        return self._request(probe_notice(now))

    @abstractmethod
    def _request(self, notice: Notice) -> HttpRequest:
        """The request that carries a notice."""
