"""The demo issuer answers this machine only, and only under a loopback name.

A page of another site can make a browser call 127.0.0.1 under its own name (DNS rebinding), so
the Host header counts as much as the address of the peer. Nor is a proxy on this machine answered
that says for whom it asks: it may ask for anybody.
"""

import ipaddress

from starlette.requests import Request

_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def is_local(request: Request) -> bool:
    """Whether a request comes from this machine and names it."""
    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or request.client is None:
        return False
    if any(name in request.headers for name in _OF_PROXIES):
        return False
    name, _, port = hosts[0].rpartition(":")
    if not port.isdecimal():
        name = hosts[0]
    try:
        return name.lower() in _NAMES and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
