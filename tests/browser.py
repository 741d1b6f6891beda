"""A real browser for the tests: Debian's Chromium, driven by Playwright, with every request it makes counted."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright
from servers import missing

PATIENCE = 30_000
"""Milliseconds that anything may take; generous, for a busy machine."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def opened() -> Iterator[Browser]:
    """One browser, ended at the end."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing("chromium", ".ci/servers --fetch as root, or apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=2 * PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Shown:
    """A file in a window, and all that the window asked of anybody but for the file itself."""

    page: Page
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def value(self, script: str) -> Any:
        """What a script in the page comes to."""
        return self.page.evaluate(script)


@contextmanager
def show(browser: Browser, file: Path, **context: Any) -> Iterator[Shown]:
    """Open a file; `context`: width, colours and the like, in Playwright's words."""
    with browser.new_context(**context) as made:
        page = made.new_page()
        page.set_default_timeout(PATIENCE)
        shown, own = Shown(page), file.as_uri()

        def asked(request: Request) -> None:
            if request.url != own:
                shown.requests.append(request.url)

        page.on("request", asked)
        page.on("dialog", lambda dialog: (shown.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: shown.errors.append(str(error)))
        page.goto(own, wait_until="load")
        yield shown
