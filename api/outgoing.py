"""An httpx client for addresses that others may choose: webhooks, connectors. Rules in, a client out that cannot be
turned against the network it stands in.

    OutgoingRefused (an httpx.ConnectError)     never sent: scheme, user in the address, port, host unknown, address
    AnswerRefused   (an httpx.ReadError)        sent, but the answer is too large or packed

A name is resolved once for each connection, every address it has must be allowed, and the connection goes to exactly
the address that was checked: a name that answers differently the second time gains nothing. Host header, SNI and the
certificate stay those of the name. No redirect is followed, no proxy of the environment is used. It does not know who
calls whom, and signs nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import httpcore
import httpx

from api.logs import trace_headers

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
Refusal = Literal["scheme", "user", "port", "unresolved", "address"]

USUAL_PORTS = {"http": 80, "https": 443}
ANSWER_BYTES = 32 * 1024 * 1024
"""A ticket's attachment of 25 MB, the usual mail limit, as base64-free download with room for its headers."""
WRITE_BYTES = 64 * 1024
"""Sent between two looks at the deadline: a usual socket buffer."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address
TEREDO = ipaddress.ip_network("2001::/32")  # RFC 4380: no server lives there
COMPATIBLE = ipaddress.ip_network("::/96")  # RFC 4291, deprecated: IPv4 in the last 32 bits
SHARED = ipaddress.ip_network("100.64.0.0/10")  # RFC 6598: behind a carrier's NAT; Alibaba's metadata is inside
METADATA = frozenset(
    ipaddress.ip_address(address) for address in ("169.254.169.254", "fd00:ec2::254", "168.63.129.16", "192.0.0.192")
)
"""Where clouds answer a machine about itself: AWS and most others (v4, v6), Azure, Oracle. Never by `allow_private`."""


class OutgoingRefused(httpx.ConnectError):
    """An address that is not called; `reason` names the rule."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class AnswerRefused(httpx.ReadError):
    """An answer that is not read further."""


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return every address of a name, as the system's resolver knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be called. `hosts` are names, `name:port`, addresses or networks that are trusted by setting."""

    allow_private: bool = False
    hosts: Sequence[str] = ()

    def check_url(self, url: httpx.URL) -> None:
        """Raise OutgoingRefused for an address that is wrong before anything is resolved."""
        if url.scheme not in USUAL_PORTS:
            raise OutgoingRefused("scheme", f"{url.scheme or 'no scheme'}: only http and https are called")
        if url.userinfo:
            raise OutgoingRefused("user", f"{url.host}: a user or password in the address; put it in its own setting")
        port = url.port or USUAL_PORTS[url.scheme]
        is_usual = port in USUAL_PORTS.values()
        if (
            not is_usual
            and not self.allow_private
            and not self._names(url.host, port)
            and not self._in_networks(url.host)
        ):
            raise OutgoingRefused(
                "port", f"{url.host}:{port}: only ports 80 and 443 are called; allow {url.host}:{port} by setting"
            )

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> None:
        """Raise OutgoingRefused where any address of a host may not be called."""
        if not addresses:
            raise OutgoingRefused("unresolved", f"{host}: the name has no address")
        for text in addresses:
            address = ipaddress.ip_address(text.partition("%")[0])
            if not (self._names(host, port) or self._allows(address)):
                raise OutgoingRefused(
                    "address", f"{host} is {address}, which is not a public address; allow the host by setting"
                )

    def _allows(self, address: Address) -> bool:
        if any(address in network for network in self._networks()):
            return True
        inner = embedded_ipv4(address)
        if inner is not None:
            return self._allows(inner)
        if is_public(address):
            return True
        return self.allow_private and is_inside(address)

    def _names(self, host: str, port: int) -> bool:
        asked = host.lower().rstrip(".")
        return any(name.lower().rstrip(".") in (asked, f"{asked}:{port}") for name in self.hosts)

    def _in_networks(self, host: str) -> bool:
        address = _address_of(host)
        return address is not None and any(address in network for network in self._networks())

    def _networks(self) -> Iterator[Network]:
        for name in self.hosts:
            network = _network_of(name)
            if network is not None:
                yield network


def embedded_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for: mapped, NAT64, 6to4.

    >>> embedded_ipv4(ipaddress.ip_address("::ffff:127.0.0.1"))
    IPv4Address('127.0.0.1')
    >>> embedded_ipv4(ipaddress.ip_address("64:ff9b::a00:1"))
    IPv4Address('10.0.0.1')
    """
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the internet at large.

    >>> [is_public(ipaddress.ip_address(text)) for text in ("1.1.1.1", "2606:4700::1111", "127.0.0.1", "100.64.0.1")]
    [True, True, False, False]
    """
    if address in METADATA or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return isinstance(address, ipaddress.IPv4Address) or not (address in TEREDO or address in COMPATIBLE)


def is_inside(address: Address) -> bool:
    """Return whether an address is of this machine or this house's network; metadata services are neither.

    >>> [is_inside(ipaddress.ip_address(text)) for text in ("10.0.0.1", "::1", "169.254.169.254", "0.0.0.0")]
    [True, True, False, False]
    """
    if address in METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    is_shared = isinstance(address, ipaddress.IPv4Address) and address in SHARED and str(address) != "100.100.100.200"
    return address.is_loopback or is_shared or (address.is_private and not address.is_reserved)


def outgoing_client(
    *,
    allow_private: bool = False,
    allow_hosts: Sequence[str] = (),
    timeout_s: float,
    answer_bytes: int = ANSWER_BYTES,
    resolve: Resolve = system_resolve,
) -> httpx.Client:
    """Return a client for one caller's rules; `timeout_s` bounds each request as a whole, not each read.

    `allow_private` opens loopback and private ranges on any port; `allow_hosts` opens single names, `name:port`,
    addresses or networks. Metadata services open only by being named.
    """
    rules = Rules(allow_private=allow_private, hosts=tuple(allow_hosts))
    transport = GuardedTransport(rules, timeout_s=timeout_s, answer_bytes=answer_bytes, resolve=resolve)
    # A packed answer could swell past every limit after it was counted, so none is asked for.
    headers = {"Accept-Encoding": "identity", "User-Agent": "beforehand"}
    return httpx.Client(
        transport=transport,
        timeout=timeout_s,
        headers=headers,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [_join_trace]},
    )


class GuardedTransport(httpx.BaseTransport):
    """httpx's seam: one request in, one answer out, over connections that were checked."""

    def __init__(self, rules: Rules, *, timeout_s: float, answer_bytes: int, resolve: Resolve) -> None:
        self._rules = rules
        self._answer_bytes = answer_bytes
        # No connection is kept: each request is resolved, checked and timed for itself.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_keepalive_connections=0,
            network_backend=_GuardedBackend(rules, timeout_s=timeout_s, resolve=resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._rules.check_url(request.url)
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": request.extensions.get("timeout", {})},
        )
        with _httpx_errors():
            answer = self._pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)
        stream = _BoundedStream(answer.stream, answer.close, limit=self._answer_bytes)
        response = httpx.Response(answer.status, headers=answer.headers, stream=stream)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            answer.close()
            raise AnswerRefused(f"{request.url.host}: the answer is packed, though it was asked for as it is")
        return response

    def close(self) -> None:
        self._pool.close()


class _BoundedStream(httpx.SyncByteStream):
    """An answer's bytes, up to a limit."""

    def __init__(self, stream: Iterable[bytes], close: Callable[[], None], *, limit: int) -> None:
        self._stream = stream
        self._close = close
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        with _httpx_errors():
            for part in self._stream:
                received += len(part)
                if received > self._limit:
                    raise AnswerRefused(f"the answer is larger than {self._limit} bytes")
                yield part

    def close(self) -> None:
        self._close()


class _GuardedBackend(httpcore.NetworkBackend):
    """Resolves once, checks every address, connects to a checked one."""

    def __init__(self, rules: Rules, *, timeout_s: float, resolve: Resolve) -> None:
        self._rules = rules
        self._timeout_s = timeout_s
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        deadline = time.monotonic() + self._timeout_s
        addresses = self._addresses(host, port)
        self._rules.check_addresses(host, port, addresses)
        for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _until(deadline, httpcore.ConnectTimeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not left:
                    raise
            else:
                return _TimedStream(stream, deadline)
        raise httpcore.ConnectError(f"{host}: no address answers")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        literal = _address_of(host)
        if literal is not None:
            return [str(literal)]
        try:
            return self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise OutgoingRefused("unresolved", f"{host}: the name cannot be resolved ({error})") from error


class _TimedStream(httpcore.NetworkStream):
    """A connection with one deadline for everything, so that an answer dripped byte by byte ends too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _until(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_BYTES):
            piece = buffer[start : start + WRITE_BYTES]
            self._stream.write(piece, _until(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit_s = _until(self._deadline, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, limit_s), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _until(deadline: float, late: type[Exception]) -> float:
    """Return the seconds left; raise where there are none."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise late("the request as a whole took too long")
    return left_s


def _join_trace(request: httpx.Request) -> None:
    """Let the other side join the trace of the request or job that calls it."""
    request.headers.update(trace_headers())


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """Turn httpcore's errors into httpx's of the same name."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        known: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise known(str(error)) from error


def _address_of(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _network_of(name: str) -> Network | None:
    try:
        return ipaddress.ip_network(name.strip("[]"), strict=False)
    except ValueError:
        return None
