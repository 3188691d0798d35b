"""What sends a destination's requests: HTTP for all of them but Apprise. Opens nothing."""

from ..config.models import DestinationConfig
from ..destinations.apprise import AppriseConfig
from .apprise_send import AppriseTransport
from .deliver import Transport


def transport_for(config: DestinationConfig) -> Transport | AppriseTransport:
    """A transport for one destination, to be used with `async with`."""
    if isinstance(config, AppriseConfig):
        return AppriseTransport(config.timeout)
    return Transport(config.timeout, config.tls)
