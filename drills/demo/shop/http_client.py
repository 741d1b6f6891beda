"""One bounded HTTP call between two parts of the shop. Never retries: the caller says what a failure means."""

import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class NoAnswer(Exception):
    """The other side did not answer, or not in a way that can be read."""


def call(
    method: str, url: str, body: Any = None, *, timeout: float = 2.0, authority: Path | None = None
) -> tuple[int, Any]:
    """(status, parsed JSON) of one request. Raises `NoAnswer`."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=authority)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
        answer = connection.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(f"{method} {url}: {error}") from error
    finally:
        connection.close()
