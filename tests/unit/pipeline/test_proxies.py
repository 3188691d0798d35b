"""Which address goes through which proxy, by the environment's variables."""

import pytest
from locust_failure_forwarder.pipeline.proxies import ProxyError, proxy_for

PROXY = "http://proxy.test:3128"
SECRET = "not-a-real-token"


@pytest.mark.parametrize(
    ("url", "variables", "expected"),
    [
        ("https://api.test/", {}, None),
        ("https://api.test/", {"https": PROXY}, PROXY),
        ("http://api.test/", {"https": PROXY}, None),
        ("HTTP://api.test/", {"http": PROXY}, PROXY),
        ("http://api.test/", {"all": PROXY}, PROXY),
        ("http://api.test/", {"http": "http://first.test", "all": PROXY}, "http://first.test"),
        ("http://api.test/", {"http": "", "all": PROXY}, PROXY),
        ("http://api.test/", {"http": "proxy.test:3128"}, PROXY),
        ("http://api.test/", {"http": f"http://u:{SECRET}@proxy.test:3128"}, f"http://u:{SECRET}@proxy.test:3128"),
        ("ftp://api.test/", {"all": PROXY, "ftp": PROXY}, None),
        ("/batch", {"all": PROXY}, None),
    ],
)
def test_the_scheme_decides_and_all_proxy_is_for_the_rest(
    url: str, variables: dict[str, str], expected: str | None
) -> None:
    assert proxy_for(url, variables) == expected


@pytest.mark.parametrize(
    ("url", "exceptions", "directly"),
    [
        ("http://api.test/", "api.test", True),
        ("http://API.test./", "api.test", True),
        ("http://a.api.test/", "api.test", True),
        ("http://a.api.test/", ".api.test", True),
        ("http://a.api.test/", "*.api.test", True),
        ("http://api.test/", "*", True),
        ("http://api.test/", " other.test , api.test ", True),
        ("http://api.test:8080/", "api.test:8080", True),
        ("http://api.test/", "api.test:80", True),
        ("https://api.test/", "api.test:80", False),
        ("http://api.test:8080/", "api.test:80", False),
        ("http://notapi.test/", "api.test", False),
        ("http://api.test.evil.test/", "api.test", False),
        ("http://api.test/", "", False),
        ("http://api.test/", " , ,", False),
        ("http://10.1.2.3/", "10.0.0.0/8", True),
        ("http://11.1.2.3/", "10.0.0.0/8", False),
        ("http://10.1.2.3/", "10.1.2.3", True),
        ("http://10.1.2.3/", "not/a/network", False),
        ("http://[fd00::1]/", "fd00::/8", True),
        ("http://[fd00::1]/", "[fd00::1]", True),
    ],
)
def test_no_proxy_takes_names_what_is_below_them_ports_and_networks(url: str, exceptions: str, directly: bool) -> None:
    assert (proxy_for(url, {"all": PROXY, "no": exceptions}) is None) == directly


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_loopback_goes_through_no_proxy(host: str) -> None:
    assert proxy_for(f"http://{host}:8080/", {"all": PROXY, "http": "ftp://x"}) is None


@pytest.mark.parametrize(
    "value", ["ftp://x", "http://", "http://x:0", f"http://{SECRET}:port", "socks4://x", "http://[x"]
)
def test_p4_a_value_that_is_no_proxy_is_told_without_repeating_it(value: str) -> None:
    with pytest.raises(ProxyError) as caught:
        proxy_for("https://api.test/", {"all": value})
    assert str(caught.value) == "the proxy in ALL_PROXY cannot be used: expected an address such as http://host:3128"
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_an_address_that_is_none_is_told_as_a_value_error() -> None:
    with pytest.raises(ValueError, match="Port"):
        proxy_for("http://api.test:99999/", {"all": PROXY})
