"""`gameday proxy` before a real dependency: not there without a fault, and each fault as unmodified clients see it."""

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import requests
from certificates import Authority
from http_proxy_server import Dependency, HttpProxy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_server import Server, answer, raw
from servers import free_port, missing, wait_until

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def proxy():
    with HttpProxy() as running:
        yield running
        assert "Traceback" not in running.output()
        assert "never retrieved" not in running.output()


@pytest.fixture
def dependency():
    with Dependency() as running:
        yield running


@pytest.fixture
def front(proxy, dependency):
    """The address of a proxy before the dependency."""
    port = proxy.create("front", dependency.url)
    yield f"http://127.0.0.1:{port}"
    proxy.reset()


def fault(proxy, kind, *, seconds=60.0, only=None, name="gameday-7-0a1b2c.x", **attributes):
    body = {"name": name, "type": kind, "attributes": attributes, "expires_at": time.time() + seconds}
    status, said = proxy.ask("POST", "/proxies/front/faults", body | ({"only": only} if only else {}))
    assert status == 201, said


def end(proxy, name="gameday-7-0a1b2c.x"):
    assert proxy.ask("DELETE", f"/proxies/front/faults/{name}")[0] == 204


# --- unmodified clients: (status, headers in lower case, body) of one request ---------------------------------------


def by_urllib(method, url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with DIRECT.open(request, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as wrong:
        with wrong:
            return wrong.code, {k.lower(): v for k, v in wrong.headers.items()}, wrong.read()


def by_requests(method, url, body=None, headers=None):
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, url, data=body, headers=headers, timeout=20)
        return answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content


def by_curl(method, url, body=None, headers=None):
    if not shutil.which("curl"):
        missing("curl", "apt-get install curl")
    words = ["curl", "-sS", "--noproxy", "*", "--max-time", "20", "-D", "-", "-o", "-"]
    words += ["--head"] if method == "HEAD" else ["-X", method]
    words += [word for name, value in (headers or {}).items() for word in ("-H", f"{name}: {value}")]
    words += ["--data-binary", "@-"] if body is not None else []
    done = subprocess.run([*words, url], input=body or b"", capture_output=True, timeout=30, check=True)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, content = content.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    told = {name.lower(): value.strip() for name, _, value in pairs}
    return int(first.split()[1]), told, b"" if method == "HEAD" else content


CLIENTS = {"urllib": by_urllib, "requests": by_requests, "curl": by_curl}


@pytest.fixture(params=CLIENTS)
def client(request):
    return CLIENTS[request.param]


# --- without a fault it is not there --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_each_method_reaches_the_dependency_and_its_answer_the_client(client, front, dependency, method):
    body = b"a=1" if method in ("POST", "PUT", "PATCH") else None
    status, headers, said = client(method, f"{front}/echo?q=1%2F2", body)

    assert dependency.asked == [(method, "/echo?q=1%2F2")]
    assert (status, headers["x-length"]) == (200, str(len(body or b"")))
    assert said == (b"" if method == "HEAD" else body or b"")


@pytest.mark.parametrize("status", [201, 204, 304, 400, 404, 500, 503])
def test_each_status_passes_and_the_connection_is_kept(front, dependency, status):
    line = http.client.HTTPConnection(front.removeprefix("http://"), timeout=20)
    for _ in range(3):
        line.request("GET", f"/{status}")
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (status, b"")
    line.close()

    assert dependency.connections == 1


def test_the_dependency_sees_the_request_as_if_it_were_asked_directly(client, front, dependency):
    client("GET", f"{front}/stock", headers={"X-Tenant": "acme", "Accept-Encoding": "identity"})

    seen = dependency.headers[0]
    assert seen["host"] == dependency.url.removeprefix("http://")
    assert seen["x-tenant"] == "acme"
    assert not {"via", "forwarded", "x-forwarded-for"} & set(seen)


def test_headers_of_one_connection_stay_on_it(front, dependency):
    with socket.create_connection(("127.0.0.1", int(front.rpartition(":")[2])), 20) as line:
        line.sendall(
            b"GET /hop HTTP/1.1\r\nHost: x\r\nConnection: x-mine, close\r\nX-Mine: 1\r\nTE: trailers\r\n"
            b"Keep-Alive: 1\r\nProxy-Authorization: x\r\nX-Theirs: 2\r\n\r\n"
        )
        said = b"".join(iter(lambda: line.recv(65536), b"")).lower()

    assert not {"x-mine", "te", "keep-alive", "proxy-authorization"} & set(dependency.headers[0])
    assert dependency.headers[0]["x-theirs"] == "2"
    assert b"x-public: 2" in said
    assert b"x-private" not in said
    assert b"timeout=5" not in said


def test_an_answer_is_handed_on_while_it_comes(front, dependency):
    line = http.client.HTTPConnection(front.removeprefix("http://"), timeout=20)
    line.request("GET", "/drip")
    answer = line.getresponse()

    assert answer.read(5) == b"first", "before the dependency has said the rest"
    dependency.go_on.set()
    assert answer.read() == b"second"
    line.close()


def test_a_request_is_handed_on_while_it_comes_and_in_chunks(front):
    line = http.client.HTTPConnection(front.removeprefix("http://"), timeout=20)
    line.request("POST", "/echo", iter([b"one ", b"two ", b"x" * 200_000]), encode_chunked=True)
    answer = line.getresponse()

    assert answer.read() == b"one two " + b"x" * 200_000
    line.close()


def test_big_bodies_pass_both_ways(client, front):
    body = bytes(range(256)) * 20_000

    assert client("POST", f"{front}/echo", body)[2] == body


def test_a_client_that_waits_for_100_is_told_to_go_on(front):
    with socket.create_connection(("127.0.0.1", int(front.rpartition(":")[2])), 20) as line:
        line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 100 ")
        line.sendall(b"ok")
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert answer.read() == b"ok"


def test_an_old_client_gets_an_answer_that_ends_with_its_connection(front, dependency):
    dependency.go_on.set()
    with socket.create_connection(("127.0.0.1", int(front.rpartition(":")[2])), 20) as line:
        line.sendall(b"GET /drip HTTP/1.0\r\n\r\n")
        said = b"".join(iter(lambda: line.recv(65536), b""))

    assert said.endswith(b"\r\n\r\nfirstsecond")
    assert b"chunked" not in said.lower()


def test_an_answer_that_ends_with_its_connection_is_whole_for_the_client(client, front):
    assert client("GET", f"{front}/close")[2] == b"until the end"


def test_an_answer_that_breaks_off_is_never_whole_for_the_client(front, proxy):
    line = http.client.HTTPConnection(front.removeprefix("http://"), timeout=20)
    line.request("GET", "/broken")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        line.getresponse().read()
    line.close()
    wait_until(lambda: proxy.shown("front")["counted"]["failed"] == 1, "the failure is counted")


def test_a_dependency_that_closes_without_a_word_is_502(client, front):
    assert client("GET", f"{front}/gone")[0] == 502


def test_a_dependency_that_is_down_is_502_and_the_connection_is_kept(proxy, front):
    del front  # it takes every proxy away at the end
    port = proxy.create("down", f"http://127.0.0.1:{free_port()}")
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for method in ("GET", "POST", "HEAD"):
        line.request(method, "/", b"x" if method == "POST" else None)
        answer = line.getresponse()
        assert answer.status == 502
        answer.read()
    line.close()
    assert proxy.shown("down")["counted"] == {"requests": 3, "passed": 0, "bent": 0, "failed": 3}


def test_a_websocket_is_refused_in_words(front, dependency):
    line = http.client.HTTPConnection(front.removeprefix("http://"), timeout=20)
    line.request("GET", "/chat", headers={"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x"})
    answer = line.getresponse()

    assert (answer.status, dependency.asked) == (501, [])
    assert "websocket" in json.loads(answer.read())["error"]
    line.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"CONNECT shop:443 HTTP/1.1\r\nHost: shop\r\n\r\n", b"501"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
    ],
)
def test_what_cannot_be_read_is_refused_and_never_passed_on(front, dependency, sent, status):
    with (
        socket.create_connection(("127.0.0.1", int(front.rpartition(":")[2])), 20) as line,
        contextlib.suppress(OSError),
    ):
        line.sendall(sent)
        assert line.recv(65536).split(b" ")[1] == status

    assert dependency.asked == []


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(proxy, front, dependency):
    with socket.create_connection(("127.0.0.1", int(front.rpartition(":")[2])), 20) as line:
        line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this")
    wait_until(lambda: proxy.shown("front")["counted"]["requests"] == 1, "it came")

    assert by_urllib("GET", f"{front}/stock")[0] == 200
    assert ("POST", "/echo") not in dependency.asked


def test_many_at_once_each_get_their_own_answer(front, dependency):
    with ThreadPoolExecutor(24) as pool:
        said = pool.map(lambda n: by_urllib("POST", f"{front}/echo", str(n).encode())[2], range(200))

        assert list(said) == [str(n).encode() for n in range(200)]
    assert len(dependency.asked) == 200


def test_a_dependency_that_answers_before_it_has_read_all_is_heard(proxy):
    too_long = answer({"error": "too long"}, 413, "connection: close")
    with Server(too_long, reads=False) as hasty:
        port = proxy.create("hasty", hasty.url)
        with socket.create_connection(("127.0.0.1", port), 20) as line:
            line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\nbegin")
            assert line.recv(65536).startswith(b"HTTP/1.1 413 ")
    proxy.reset()


@pytest.mark.parametrize(
    "said", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/2 200\r\n\r\n"]
)
def test_a_dependency_that_does_not_speak_http_is_502(proxy, said):
    with Server(raw(said)) as odd:
        port = proxy.create("odd", odd.url)
        assert by_urllib("GET", f"http://127.0.0.1:{port}/")[0] == 502
    proxy.reset()


def test_informational_answers_are_left_out_and_the_real_one_comes(proxy):
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with Server(raw(early)) as hinting:
        port = proxy.create("hinting", hinting.url)
        assert by_urllib("GET", f"http://127.0.0.1:{port}/")[2] == b"ok"
    proxy.reset()


def test_a_kept_connection_that_the_dependency_closed_meanwhile_is_made_anew(proxy):
    with Server(answer(b"one")) as closing:  # it closes after each answer without saying so
        port = proxy.create("closing", closing.url)
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        for _ in range(5):
            line.request("GET", "/")
            assert line.getresponse().read() == b"one"
            wait_until(lambda: _closed_by(closing.port), "the dependency's end has arrived")
        line.close()
    proxy.reset()


def _closed_by(port):
    held = [each for each in psutil.net_connections("tcp") if each.raddr and each.raddr.port == port]
    return all(each.status != psutil.CONN_ESTABLISHED for each in held)


pieces = st.lists(st.binary(min_size=1, max_size=70_000), max_size=5)


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(pieces, st.booleans())
def test_whatever_bytes_in_whatever_pieces_come_back_as_they_went(front, sent, chunked):
    body = b"".join(sent)
    line = http.client.HTTPConnection(front.removeprefix("http://"), timeout=20)
    if chunked:
        line.request("POST", "/echo", iter(sent), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    else:
        line.request("POST", "/echo", body)
    assert line.getresponse().read() == body
    line.close()


# --- the faults, as unmodified clients see them ---------------------------------------------------------------------


def test_rate_limit_answers_429_with_retry_after_and_asks_nobody(client, proxy, front, dependency):
    fault(proxy, "rate_limit", retry_after=7)

    for method in ("GET", "POST"):
        status, headers, said = client(method, f"{front}/stock", b"x" if method == "POST" else None)
        assert (status, headers["retry-after"]) == (429, "7")
        assert json.loads(said) == {"error": "too many requests"}
    assert client("HEAD", f"{front}/stock")[0] == 429
    assert dependency.asked == []
    end(proxy)
    assert client("GET", f"{front}/stock")[0] == 200


@pytest.mark.parametrize("status", [503, 405, 403])
def test_reject_writes_refuses_each_write_and_lets_reads_pass(client, proxy, front, dependency, status):
    fault(proxy, "reject_writes", status=status)

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused, headers, _ = client(method, f"{front}/echo", b"x")
        assert refused == status
        assert ("allow" in headers) == (status == 405)
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client(method, f"{front}/stock")[0] == 200
    assert {method for method, _ in dependency.asked} == {"GET", "HEAD", "OPTIONS"}


def test_a_long_write_is_refused_at_once_also_when_the_client_waits_for_100(proxy, front):
    fault(proxy, "reject_writes")
    with socket.create_connection(("127.0.0.1", int(front.rpartition(":")[2])), 20) as line:
        line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n")
        said = b"".join(iter(lambda: line.recv(65536), b""))  # up to the end: the body will not come
    assert said.startswith(b"HTTP/1.1 503 ")


def test_delay_reads_holds_reads_back_and_takes_writes_at_once(client, proxy, front):
    fault(proxy, "delay_reads", delay=1500)

    began = time.monotonic()
    assert client("GET", f"{front}/stock")[0] == 200
    assert time.monotonic() - began >= 1.5
    began = time.monotonic()
    assert client("POST", f"{front}/echo", b"x")[0] == 200
    assert time.monotonic() - began < 1.5


def test_a_read_that_is_held_back_goes_on_once_the_fault_is_taken_off(proxy, front):
    fault(proxy, "delay_reads", delay=300_000)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(by_urllib, "GET", f"{front}/stock")
        wait_until(lambda: proxy.shown("front")["counted"]["bent"] == 1, "it is held back")
        end(proxy)
        assert held.result(15)[0] == 200


def test_stale_repeats_what_was_recorded_while_the_truth_moves_on(client, proxy, front, dependency):
    assert json.loads(client("GET", f"{front}/stock")[2])["stock"] == 1
    dependency.stock = 2
    assert json.loads(client("GET", f"{front}/stock")[2])["stock"] == 2, "without a fault nothing is repeated"
    fault(proxy, "stale")
    dependency.stock = 3

    status, headers, said = client("GET", f"{front}/stock")
    assert (status, json.loads(said)["stock"], headers["content-type"]) == (200, 2, "text/json")
    assert client("POST", f"{front}/stock", b"x")[2] == b'{"stock": 3, "of": ""}', "writes pass"
    assert json.loads(client("GET", f"{front}/stock?new=1")[2])["stock"] == 3, "nobody asked this before"
    dependency.stock = 4
    assert json.loads(client("GET", f"{front}/stock?new=1")[2])["stock"] == 3, "from then on it is old too"
    end(proxy)
    assert json.loads(client("GET", f"{front}/stock")[2])["stock"] == 4


def test_nobody_is_shown_what_was_recorded_for_another(client, proxy, front):
    for who in ("acme", "globex"):
        client("GET", f"{front}/stock", headers={"X-Tenant": who, "Authorization": f"Bearer {who}"})
    fault(proxy, "stale")

    for who in ("acme", "globex", "initech"):
        said = client("GET", f"{front}/stock", headers={"X-Tenant": who, "Authorization": f"Bearer {who}"})[2]
        assert json.loads(said)["of"] == who
    said = client("GET", f"{front}/stock", headers={"X-Tenant": "acme", "Authorization": "Bearer initech"})[2]
    assert proxy.shown("front")["counted"]["bent"] == 2, "only for those two there was a recorded answer"


def test_headers_that_differ_each_time_do_not_hide_a_recorded_answer(proxy, front, dependency):
    by_urllib("GET", f"{front}/stock", headers={"X-Request-Id": "1", "Traceparent": "1"})
    fault(proxy, "stale")
    dependency.stock = 9

    said = by_urllib("GET", f"{front}/stock", headers={"X-Request-Id": "2", "Traceparent": "2", "If-None-Match": "x"})
    assert json.loads(said[2])["stock"] == 1


@pytest.mark.parametrize("path", ["/big", "/session", "/404", "/204"])
def test_what_is_too_long_starts_a_session_or_is_no_good_answer_is_not_recorded(proxy, front, path):
    by_urllib("GET", f"{front}{path}")

    assert proxy.shown("front")["recorded"] == 0


def test_what_is_recorded_is_bounded(proxy, front):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: by_urllib("GET", f"{front}/stock?n={n}"), range(2050)))

    assert proxy.shown("front")["recorded"] == 2000


# --- one cohort alone -----------------------------------------------------------------------------------------------


def test_a_fault_is_felt_by_one_tenant_alone(client, proxy, front):
    fault(proxy, "rate_limit", only={"headers": {"X-Tenant": "acme"}})

    assert client("GET", f"{front}/stock", headers={"x-tenant": "acme"})[0] == 429
    assert client("GET", f"{front}/stock", headers={"x-tenant": "globex"})[0] == 200
    assert client("GET", f"{front}/stock")[0] == 200


def test_a_fault_is_felt_under_one_path_alone(client, proxy, front):
    fault(proxy, "reject_writes", only={"path": "/ec"})

    assert client("POST", f"{front}/echo", b"x")[0] == 503
    assert client("POST", f"{front}/stock", b"x")[0] == 200


def test_several_faults_stand_beside_each_other_each_for_its_own(proxy, front):
    fault(proxy, "rate_limit", only={"headers": {"x-tenant": "acme"}}, name="a")
    fault(proxy, "reject_writes", only={"headers": {"x-tenant": "globex"}}, name="b")

    assert by_urllib("GET", f"{front}/stock", headers={"X-Tenant": "acme"})[0] == 429
    assert by_urllib("POST", f"{front}/stock", b"x", {"X-Tenant": "globex"})[0] == 503
    assert by_urllib("GET", f"{front}/stock", headers={"X-Tenant": "globex"})[0] == 200
    end(proxy, "a")
    assert by_urllib("GET", f"{front}/stock", headers={"X-Tenant": "acme"})[0] == 200
    assert by_urllib("POST", f"{front}/stock", b"x", {"X-Tenant": "globex"})[0] == 503


# --- its own dead-man's switch, and its API -------------------------------------------------------------------------


def test_a_fault_that_nobody_ends_is_over_at_its_own_end(proxy, front):
    fault(proxy, "rate_limit", seconds=1.0)
    assert by_urllib("GET", f"{front}/stock")[0] == 429

    wait_until(lambda: by_urllib("GET", f"{front}/stock")[0] == 200, "it is over by itself")
    assert proxy.shown("front")["faults"] == []


def test_a_read_that_is_held_back_is_let_go_at_the_end_of_the_fault(proxy, front):
    fault(proxy, "delay_reads", seconds=1.0, delay=300_000)

    assert by_urllib("GET", f"{front}/stock")[0] == 200


def test_a_proxy_that_was_restarted_has_no_fault_and_its_proxies(tmp_path, dependency):
    del tmp_path
    port = free_port()
    proxy = HttpProxy()
    proxy.begins_with(("front", port, dependency.url))
    with proxy:
        fault(proxy, "rate_limit")
        assert by_urllib("GET", f"http://127.0.0.1:{port}/stock")[0] == 429
        proxy.stop()
        proxy.start()
        assert by_urllib("GET", f"http://127.0.0.1:{port}/stock")[0] == 200
        assert proxy.shown("front")["faults"] == []


IN_A_MINUTE = 60
WRONG = {
    "no end": ({"name": "a", "type": "stale"}, "expires_at: send the moment"),
    "an end that is over": (
        {"name": "a", "type": "stale", "expires_at": -5},
        "s ago by this machine's clock: do the clocks agree?",
    ),
    "an end too far away": ({"name": "a", "type": "stale", "expires_at": 10**6}, "do the clocks agree?"),
    "no type": ({"name": "a", "type": "slow", "expires_at": IN_A_MINUTE}, "type: send one of stale, rate_limit"),
    "an unknown number": (
        {"name": "a", "type": "stale", "attributes": {"age": 1}, "expires_at": IN_A_MINUTE},
        "attributes of stale has no 'age'",
    ),
    "a number out of bounds": (
        {"name": "a", "type": "delay_reads", "attributes": {"delay": 10**9}, "expires_at": IN_A_MINUTE},
        "attributes.delay: send a whole number from 1 to 300000",
    ),
    "an unknown key": ({"name": "a", "type": "stale", "expires_at": IN_A_MINUTE, "x": 1}, "a fault has no 'x'"),
    "no path": ({"name": "a", "type": "stale", "expires_at": IN_A_MINUTE, "only": {"path": "eu"}}, "only.path: send"),
    "no header": (
        {"name": "a", "type": "stale", "expires_at": IN_A_MINUTE, "only": {"headers": {"a b": "c"}}},
        "only.headers: send",
    ),
    "a name with a slash": ({"name": "a/b", "type": "stale", "expires_at": IN_A_MINUTE}, "name: send"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_fault_is_refused_with_what_to_send_instead(proxy, front, wrong):
    del front
    body, said = WRONG[wrong]
    body = body | ({"expires_at": time.time() + body["expires_at"]} if "expires_at" in body else {})

    status, answer = proxy.ask("POST", "/proxies/front/faults", body)
    assert (status, proxy.shown("front")["faults"]) == (400, [])
    assert said in answer["error"]


def test_the_api_says_what_is_missing_taken_or_not_understood(proxy, front):
    del front
    fault(proxy, "stale")

    assert proxy.ask("POST", "/proxies/front/faults", {"name": "gameday-7-0a1b2c.x", "type": "stale"})[0] == 400
    again = {"name": "gameday-7-0a1b2c.x", "type": "stale", "expires_at": time.time() + 60}
    assert proxy.ask("POST", "/proxies/front/faults", again)[0] == 409
    assert proxy.ask("DELETE", "/proxies/front/faults/other")[0] == 404
    assert proxy.ask("GET", "/proxies/other")[0] == 404
    assert proxy.ask("GET", "/nowhere")[0] == 404
    assert proxy.ask("DELETE", "/proxies")[0] == 405
    assert proxy.ask("POST", "/proxies", {"name": "front", "listen": "127.0.0.1:0", "upstream": "http://x"})[0] == 409
    assert proxy.ask("POST", "/proxies", {"name": "p", "listen": "nowhere", "upstream": "http://x"})[0] == 400
    assert proxy.ask("POST", "/proxies", {"name": "p", "listen": "127.0.0.1:0", "upstream": "ftp://x"})[0] == 400
    assert proxy.ask("GET", "/version") == (200, {"proxy": "gameday http", "version": 1})


def test_a_page_in_a_browser_cannot_reach_the_api(proxy):
    request = urllib.request.Request(f"{proxy.url}/proxies", headers={"User-Agent": "Mozilla/5.0"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        DIRECT.open(request, timeout=20)
    with refused.value as answer:
        assert answer.code == 403


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{", "this is no JSON"),
        ('{"name": "a"}', "write a JSON list"),
        ('[{"name": "a", "listen": "127.0.0.1:0"}]', "upstream: send an address"),
        (None, "No such file"),
    ],
)
def test_a_config_that_cannot_be_used_is_one_clear_error(tmp_path, written, said):
    config = tmp_path / "proxies.json"
    if written is not None:
        config.write_text(written)
    command = [*HttpProxy.program, str(config), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dependency_behind_tls_is_asked_by_tls_and_its_certificate_is_checked(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    with Server(answer({"stock": 1}), authority.context("127.0.0.1")) as secure:
        ports = (free_port(), free_port())
        for trusted, port in zip((False, True), ports, strict=True):
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
            proxy = HttpProxy()
            proxy.begins_with(("secure", port, secure.url))
            with proxy:
                assert by_urllib("GET", f"http://127.0.0.1:{port}/")[0] == (200 if trusted else 502)
