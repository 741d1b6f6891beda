"""A product that asks a dependency for each user request, with a real client that retries, and users who come."""

import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

AT_ONCE = Retry(
    total=6,
    backoff_factor=0,
    status_forcelist=[429, 503],
    allowed_methods=None,
    respect_retry_after_header=False,
    raise_on_status=False,
)
"""Tries again at once, again and again: what a client without budget and jitter does."""
BUDGET = Retry(total=0, raise_on_status=False)
"""Its budget for another try is spent."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Product:
    """Answers 200 when the dependency did and 503 otherwise; `X-Tenant` travels on."""

    def __init__(self, dependency: str, retries: Retry = BUDGET) -> None:
        self.dependency = dependency
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", HTTPAdapter(max_retries=retries, pool_maxsize=20))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (_Answering,), {"product": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
        self.session.close()

    def pay(self, tenant: str) -> int:
        """What the dependency made of it."""
        headers = {"X-Tenant": tenant} if tenant else {}
        try:
            return self.session.post(f"{self.dependency}/echo", b"x", headers=headers, timeout=10).status_code
        except requests.RequestException:
            return 503


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    product: Product

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        status = 200 if self.product.pay(self.headers.get("x-tenant", "")) == 200 else 503
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer  # noqa: N815  named by the library

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Users:
    """Somebody asks every few hundredths of a second, whatever came back before."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_coming, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(15)

    def _keep_coming(self) -> None:
        while not self._over.wait(0.03):
            try:
                with _DIRECT.open(self.url, timeout=10) as answer:
                    answer.read()
            except urllib.error.HTTPError as wrong:
                wrong.close()
            except OSError:
                continue
