"""The settings of whatever speaks HTTP: its address, whom to trust, what every request carries. Asks nothing."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from injectors.values import Keys, Secret, by_reference


def _web_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write an address such as http://shop.staging:8080")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a secret is never written here: write headers: {authorization: {env: NAME}}")
    if not parts.hostname.isascii():
        raise ValueError("write the host in its ASCII form, xn--...")
    if parts.query or parts.fragment or not url.isprintable() or " " in url:
        raise ValueError("write only scheme, host, port and path here")
    if parts.port == 0:
        raise ValueError("port 0 is no port")
    return url.rstrip("/")


def _header_name(name: str) -> str:
    if not name.isascii() or not all(letter.isalnum() or letter in "!#$%&'*+-.^_`|~" for letter in name):
        raise ValueError("a header's name is one word, such as x-request-id")
    if name.lower() in {"content-length", "transfer-encoding", "connection"}:
        raise ValueError("this header is ours to send")
    return name.lower()


def _path(path: str) -> str:
    if not path.startswith("/") or "#" in path or " " in path or not path.isprintable():
        raise ValueError("write a path that begins with / and holds no space, such as /pay?amount=1")
    return path


WebUrl = Annotated[str, Field(max_length=2048), AfterValidator(_web_url)]
Path = Annotated[str, Field(max_length=4096), AfterValidator(_path)]
HeaderName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_header_name)]
Headers = Annotated[
    dict[HeaderName, Secret | Annotated[str, Field(max_length=4096)]],
    Field(max_length=50),
    AfterValidator(by_reference),
]
"""Name -> text, or a secret by reference."""


class Site(Keys):
    """Where a web server is, and what every request to it carries."""

    url: WebUrl = Field(description="address, such as http://shop.staging:8080")
    ca: str | None = Field(default=None, max_length=4096, description="file of the CA to trust, not this machine's")
    headers: Headers = Field(default_factory=dict, description="sent with every request; values may be {env: NAME}")
