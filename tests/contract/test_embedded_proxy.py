"""Each toxic is felt the same behind our proxy and behind the real server, and the two APIs answer alike."""

import contextlib
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from servers import TOXIPROXIES, EmbeddedToxiproxy, RealToxiproxy, Toxiproxy


class Echo:
    """A server that sends back what it gets; after a line `send N` it sends N bytes and closes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                thread = threading.Thread(target=self._serve, args=(client,))
                thread.start()
                self._threads.append(thread)

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(10)
        with client, contextlib.suppress(OSError):
            while data := client.recv(65536):
                if data.startswith(b"send "):
                    client.sendall(b"x" * int(data[5:]))
                    return
                client.sendall(data)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(15)


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture(scope="module", params=TOXIPROXIES)
def server(request) -> Iterator[Toxiproxy]:
    with request.param() as running:
        yield running


@pytest.fixture
def port(server, echo) -> Iterator[int]:
    yield server.create("shop", echo.address)
    server.reset()


def bend(server: Toxiproxy, kind: str, stream: str = "downstream", toxicity: float = 1.0, **numbers: int) -> None:
    body = {"name": "bent", "type": kind, "stream": stream, "toxicity": toxicity, "attributes": numbers}
    status, said = server.ask("POST", "/proxies/shop/toxics", body)
    assert status == 200, said


def straighten(server: Toxiproxy) -> None:
    assert server.ask("DELETE", "/proxies/shop/toxics/bent")[0] == 204


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def exactly(client: socket.socket, size: int) -> bytes:
    held = b""
    while len(held) < size and (data := client.recv(65536)):
        held += data
    return held


def until_closed(client: socket.socket) -> bytes:
    held = b""
    while data := client.recv(65536):
        held += data
    return held


def round_trip(client: socket.socket, data: bytes = b"ping") -> float:
    begun = time.monotonic()
    client.sendall(data)
    assert exactly(client, len(data)) == data
    return time.monotonic() - begun


def test_without_a_toxic_data_passes_whole_and_at_once(port):
    with connect(port) as client:
        assert round_trip(client) < 0.15
        assert round_trip(client, bytes(range(256)) * 4000) < 2


@pytest.mark.parametrize("stream", ["downstream", "upstream"])
def test_latency_delays_connections_that_are_there_and_new_ones_and_ends(server, port, stream):
    with connect(port) as old:
        assert round_trip(old) < 0.15
        bend(server, "latency", stream, latency=200)
        assert 0.19 < round_trip(old) < 0.8
        with connect(port) as new:
            assert 0.19 < round_trip(new) < 0.8
        straighten(server)
        assert round_trip(old) < 0.15


def test_latency_delays_data_but_not_its_rate(server, port):
    bend(server, "latency", latency=200)
    with connect(port) as client:
        assert round_trip(client, b"y" * 500_000) < 0.9


def test_latency_that_is_taken_away_hands_on_what_it_held(server, port):
    bend(server, "latency", latency=5000)
    with connect(port) as client:
        client.sendall(b"a letter")
        time.sleep(0.1)
        straighten(server)
        client.settimeout(1)
        assert exactly(client, 8) == b"a letter"
        assert round_trip(client) < 0.15


def test_jitter_varies_the_delay_within_its_bounds(server, port):
    bend(server, "latency", latency=30, jitter=25)
    with connect(port) as client:
        times = [round_trip(client) for _ in range(15)]
    assert min(times) > 0.004
    assert max(times) < 0.15
    assert max(times) - min(times) > 0.005


def test_a_toxicity_of_zero_harms_no_connection(server, port):
    bend(server, "latency", toxicity=0, latency=2000)
    with connect(port) as client:
        assert round_trip(client) < 0.15


def test_two_toxics_add_up_and_each_can_be_taken_away_alone(server, port):
    with connect(port) as client:
        bend(server, "latency", latency=100)
        server.ask("POST", "/proxies/shop/toxics", {"name": "other", "type": "latency", "attributes": {"latency": 150}})
        assert 0.14 < round_trip(client) < 0.4
        straighten(server)
        assert 0.14 < round_trip(client) < 0.3
        server.ask("DELETE", "/proxies/shop/toxics/other")
        assert round_trip(client) < 0.15


def test_a_toxic_can_be_given_other_numbers(server, port):
    bend(server, "latency", latency=2000)
    with connect(port) as client:
        answer = server.ask("PATCH", "/proxies/shop/toxics/bent", {"attributes": {"latency": 50}})
        assert answer[0] == 200
        assert answer[1]["attributes"] == {"latency": 50, "jitter": 0}
        assert 0.04 < round_trip(client) < 0.3


def test_bandwidth_limits_how_much_passes_in_a_second(server, port):
    bend(server, "bandwidth", rate=100)
    with connect(port) as client:
        assert 0.4 < round_trip(client, b"y" * 50_000) < 1.0


def test_timeout_swallows_everything_and_closes_after_its_time(server, port):
    bend(server, "timeout", timeout=300)
    with connect(port) as client:
        begun = time.monotonic()
        client.sendall(b"ping")
        assert until_closed(client) == b""
        assert 0.25 < time.monotonic() - begun < 1


def test_timeout_of_zero_holds_the_connection_until_it_is_taken_away(server, port):
    bend(server, "timeout", timeout=0)
    with connect(port) as client:
        client.settimeout(0.4)
        client.sendall(b"ping")
        with pytest.raises(TimeoutError):
            client.recv(10)
        client.settimeout(3)
        straighten(server)
        assert until_closed(client) == b""
    with connect(port) as client:
        assert round_trip(client) < 0.15


def test_reset_peer_resets_the_connection(server, port):
    bend(server, "reset_peer", timeout=100)
    with connect(port) as client:
        begun = time.monotonic()
        client.sendall(b"ping")
        with pytest.raises(ConnectionResetError):
            until_closed(client)
        assert 0.08 < time.monotonic() - begun < 0.8


def test_slicer_passes_small_pieces_with_pauses_and_loses_nothing(server, port):
    bend(server, "slicer", average_size=10, size_variation=2, delay=20_000)
    with connect(port) as client:
        client.sendall(b"0123456789" * 10)
        pieces = []
        begun = time.monotonic()
        while sum(map(len, pieces)) < 100:
            pieces.append(client.recv(100))
        assert b"".join(pieces) == b"0123456789" * 10
        assert len(pieces) >= 5
        assert time.monotonic() - begun > 0.12


def test_limit_data_closes_after_just_so_many_bytes(server, port):
    bend(server, "limit_data", bytes=100)
    with connect(port) as client:
        client.sendall(b"z" * 60)
        assert exactly(client, 60) == b"z" * 60
        client.sendall(b"z" * 60)
        assert until_closed(client) == b"z" * 40


def test_slow_close_passes_data_at_once_and_the_end_late(server, port):
    bend(server, "slow_close", delay=400)
    with connect(port) as client:
        begun = time.monotonic()
        client.sendall(b"send 10")
        assert exactly(client, 10) == b"x" * 10
        assert time.monotonic() - begun < 0.2
        assert until_closed(client) == b""
        assert 0.35 < time.monotonic() - begun < 1


def test_down_cuts_connections_and_refuses_new_ones_until_it_is_up_again(server, port):
    with connect(port) as client:
        round_trip(client)
        assert server.ask("POST", "/proxies/shop", {"enabled": False})[1]["enabled"] is False
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(10) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    assert server.ask("PATCH", "/proxies/shop", {"enabled": True})[0] == 200
    with connect(port) as client:
        assert round_trip(client) < 0.15


def test_an_upstream_that_is_gone_closes_the_connection(server, port):
    server.ask("POST", "/proxies/shop", {"upstream": "127.0.0.1:1"})
    with connect(port) as client, contextlib.suppress(ConnectionResetError):
        assert until_closed(client) == b""


def test_a_client_that_goes_away_with_a_reset_leaves_the_proxy_well(port):
    with connect(port) as client:
        client.sendall(b"hello")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with connect(port) as client:
        assert round_trip(client) < 0.15


def test_a_client_that_stops_reading_cannot_hold_up_taking_a_toxic_away(echo):
    with EmbeddedToxiproxy() as ours:  # the real server hangs here, for good
        port = ours.create("shop", echo.address)
        bend(ours, "bandwidth", rate=1_000_000)
        with connect(port) as client:
            client.settimeout(0.5)
            with contextlib.suppress(TimeoutError):
                for _ in range(200):
                    client.sendall(b"y" * 100_000)
            begun = time.monotonic()
            straighten(ours)
            assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize("stream", ["downstream", "upstream"])
def test_no_byte_is_lost_or_swapped_while_toxics_come_and_go(server, port, stream):
    sent = b"".join(number.to_bytes(4, "big") for number in range(300_000))
    kinds = [
        ("latency", {"latency": 20, "jitter": 10}),
        ("slicer", {"average_size": 5000, "size_variation": 1000, "delay": 100}),
        ("bandwidth", {"rate": 50_000}),
        ("slow_close", {"delay": 10}),
    ]
    with connect(port) as client:
        sending = threading.Thread(target=client.sendall, args=(sent,))
        changing = threading.Thread(target=lambda: [_come_and_go(server, stream, kinds) for _ in range(4)])
        sending.start()
        changing.start()
        got = exactly(client, len(sent))
        changing.join(20)
        sending.join(20)
        assert got == sent
        assert round_trip(client) < 0.15


def _come_and_go(server, stream, kinds):
    for kind, numbers in kinds:
        body = {"name": kind, "type": kind, "stream": stream, "attributes": numbers}
        assert server.ask("POST", "/proxies/shop/toxics", body)[0] == 200
        time.sleep(0.01)
    for kind, _ in kinds:
        assert server.ask("DELETE", f"/proxies/shop/toxics/{kind}")[0] == 204


# --- the two APIs answer alike


CONVERSATION = [
    ("POST", "/proxies", {"name": "a/b", "upstream": "127.0.0.1:1", "listen": "127.0.0.1:0", "enabled": False}),
    ("GET", "/proxies/a%2Fb", None),
    ("POST", "/proxies", {"name": "shop", "upstream": "127.0.0.1:1"}),
    ("POST", "/proxies", {"name": "", "upstream": "127.0.0.1:1"}),
    ("POST", "/proxies", {"name": "x"}),
    ("POST", "/proxies", {"name": "x", "upstream": "127.0.0.1:1", "listen": "nowhere"}),
    ("POST", "/proxies", [1]),
    ("GET", "/nothing", None),
    ("PUT", "/proxies", None),
    ("POST", "/proxies/shop/toxics", {"type": "latency", "attributes": {"latency": 5}}),
    ("POST", "/proxies/shop/toxics", {"type": "latency", "attributes": {"latency": 5}}),
    ("POST", "/proxies/shop/toxics", {"type": "latenzy"}),
    ("POST", "/proxies/shop/toxics", {"type": "latency", "stream": "sideways"}),
    ("POST", "/proxies/shop/toxics", {"name": "t", "type": "latency", "attributes": {"latency": "a"}}),
    ("POST", "/proxies/shop/toxics", {"name": "t", "type": "latency", "attributes": {"latency": 1.5}}),
    ("POST", "/proxies/shop/toxics", {"name": "t", "type": "slicer", "stream": "upstream", "toxicity": 0.25}),
    ("PATCH", "/proxies/shop/toxics/t", {"toxicity": 0.5, "attributes": {"delay": 1}}),
    ("GET", "/proxies/shop/toxics", None),
    ("GET", "/proxies/shop/toxics/latency_downstream", None),
    ("GET", "/proxies/shop/toxics/none", None),
    ("GET", "/proxies/none/toxics/none", None),
    ("DELETE", "/proxies/shop/toxics/none", None),
    ("PATCH", "/proxies/shop", {"enabled": False}),
    ("PATCH", "/proxies/shop", {"enabled": "no"}),
    ("POST", "/proxies/shop", {"upstream": "127.0.0.1:2"}),
    ("GET", "/proxies/shop", None),
    ("POST", "/populate", [{"name": "shop", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1", "enabled": False}]),
    ("POST", "/populate", [{"name": "shop", "listen": "127.0.0.1:0"}]),
    ("POST", "/populate", {}),
    ("GET", "/proxies/shop", None),
    ("POST", "/reset", None),
    ("DELETE", "/proxies/shop", None),
    ("DELETE", "/proxies/shop", None),
]


def told(server: Toxiproxy, echo: Echo) -> list:
    """What it answers, without what differs by nature: ports, the parser's words, an empty `Logger`."""

    def plain(value):
        if isinstance(value, list):
            return [plain(each) for each in value]
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items() if key not in ("Logger", "listen")}
        if isinstance(value, str) and value.startswith("bad request body"):
            return "bad request body"
        return value

    server.create("shop", echo.address)
    answers = [(method, path, plain(list(server.ask(method, path, body)))) for method, path, body in CONVERSATION]
    server.reset()
    return answers


def test_the_api_answers_as_the_real_one_does(echo):
    with EmbeddedToxiproxy() as ours, RealToxiproxy() as real:
        assert told(ours, echo) == told(real, echo)


def test_a_port_in_use_is_told(server):
    taken = server.url.removeprefix("http://")
    status, said = server.ask("POST", "/proxies", {"name": "x", "upstream": "127.0.0.1:1", "listen": taken})
    assert (status, said["error"]) == (500, f"listen tcp {taken}: bind: address already in use")
    assert server.ask("GET", "/proxies/x")[0] == 404


def test_a_browser_is_turned_away(server):
    with connect(server.port) as client:
        client.sendall(b"GET /proxies HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n\r\n")
        assert until_closed(client).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST /proxies HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"GET /proxies HTTP/1.1\r\nHost x\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused_and_the_proxy_stays_well(sent, status):
    with EmbeddedToxiproxy() as ours:
        with connect(ours.port) as client:
            client.sendall(sent)
            assert until_closed(client).split()[1] == status
        assert ours.ask("GET", "/version") == (200, {"version": "2.12.0"})


def test_the_proxy_starts_on_any_port_and_with_proxies_from_a_file(tmp_path, echo):
    config = tmp_path / "proxies.json"
    config.write_text(json.dumps([{"name": "shop", "listen": "127.0.0.1:0", "upstream": echo.address}]))
    command = [sys.executable, "-m", "drills.demo.proxy", "--port", "0", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline().startswith("listening on http://127.0.0.1:")
        finally:
            process.terminate()
        assert process.wait(5) == 0
