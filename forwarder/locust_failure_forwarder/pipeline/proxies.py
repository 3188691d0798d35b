"""Which proxy a request goes through, by the usual environment variables. Pure: opens nothing, reads no environment.

`HTTPS_PROXY` or `HTTP_PROXY` by the address's scheme, else `ALL_PROXY`, unless `NO_PROXY` names the host. Loopback
addresses never go through a proxy, which would look for them on its own machine; Go's clients hold it so too:
https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config.ProxyFunc. Nothing said here names a host or a credential.
"""

import importlib.util
import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

_PORTS: Final = {"http": 80, "https": 443}
_SOCKS: Final = ("socks5", "socks5h")


class ProxyError(ValueError):
    """The variable's value is no proxy that can be used. The message names the variable, never its value."""


def proxy_for(url: str, variables: Mapping[str, str]) -> str | None:
    """The proxy's address for a request to `url`, with its credentials; None to connect directly.

    Args:
        url: where the request goes.
        variables: by name in lower case without `_proxy`, as `urllib.request.getproxies_environment` gives them.

    Raises:
        ProxyError: a proxy is asked for, and cannot be used.
        ValueError: `url` is no address.
    """
    address = urlsplit(url)
    scheme = address.scheme.lower()
    name = next((name for name in (scheme, "all") if variables.get(name)), None)
    if scheme not in _PORTS or name is None or _goes_directly(address, variables.get("no", "")):
        return None
    value = variables[name]
    proxy = value if "://" in value else f"http://{value}"
    if fault := _fault(proxy):
        raise ProxyError(f"the proxy in {name.upper()}_PROXY cannot be used: {fault}")
    return proxy


def _fault(proxy: str) -> str | None:
    try:
        parts = urlsplit(proxy)
        well_formed = bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    else:
        if parts.scheme in _SOCKS and importlib.util.find_spec("socksio") is None:
            return "SOCKS needs one package more: pip install 'httpx[socks]'"
        well_formed = well_formed and parts.scheme in (*_PORTS, *_SOCKS)
    return None if well_formed else "expected an address such as http://host:3128"


def _goes_directly(address: SplitResult, exceptions: str) -> bool:
    """Whether it is a loopback address, or one of the comma-separated `exceptions` of NO_PROXY."""
    host = (address.hostname or "").lower().rstrip(".")
    ip = _ip(host)
    if host == "localhost" or (ip is not None and ip.is_loopback):
        return True
    named = f"{host}:{address.port or _PORTS[address.scheme.lower()]}"
    return any(_matches(entry.strip().lower(), host, named, ip) for entry in exceptions.split(","))


def _matches(
    entry: str, host: str, host_and_port: str, ip: ipaddress.IPv4Address | ipaddress.IPv6Address | None
) -> bool:
    """A name stands for itself and all below it; a network for its addresses; `*` for everything."""
    if ip is not None and "/" in entry:
        try:
            return ip in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    entry = entry.removeprefix("*").strip("[]") if entry != "*" else entry
    domain = f".{entry.lstrip('.')}"
    return bool(entry) and (
        entry == "*" or domain[1:] in (host, host_and_port) or host.endswith(domain) or host_and_port.endswith(domain)
    )


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
