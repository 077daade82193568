"""Which network addresses lie on the public internet. Pure: nothing is resolved here."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Named outright rather than by `is_private` and the like: their meaning changed between releases of Python.
# IANA special-purpose registries (RFC 6890 and later), plus what carries an IPv4 address inside an IPv6 one.
FORBIDDEN = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; some clouds keep their metadata here (100.100.100.200)
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: the clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # IETF protocols, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",  # unique local; fd00:ec2::254 is a cloud's metadata
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


def parse_address(text: str) -> Address | None:
    """The address that `text` denotes, or None where it is a name. A zone id (`fe80::1%eth0`) is dropped."""
    try:
        return ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None


def forbidden(address: Address) -> bool:
    """Whether `address` lies outside the public internet."""
    return any(address in network for network in FORBIDDEN if network.version == address.version)


def is_loopback_host(host: str) -> bool:
    """Whether `host` says itself that it is this machine: a loopback literal, or `localhost`."""
    address = parse_address(host)
    return address.is_loopback if address else host.rstrip(".").lower() == "localhost"
