"""The demo's shop by itself, no drill near it: the same harm done by hand raises the same alert, and can be mended."""

import datetime as dt
import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from servers import wait_until

from drills.demo.stage import close_stage, open_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    opened = open_stage(tmp_path_factory.mktemp("demo"))
    yield opened
    close_stage(opened)
    left = [each for each in Path("/proc").glob("[0-9]*/cmdline") if _mentions(each, str(opened.layout.workspace))]
    assert left == []


@pytest.fixture
def shop(stage):
    return Shop(stage)


class Shop:
    """What a person at a terminal of the shop can do and see."""

    def __init__(self, stage):
        self.folder, self.ports = stage.layout.shop, stage.layout.ports

    def ask(self, method, port, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def run(self, program, *words):
        done = subprocess.run([self.folder / program, *words], capture_output=True, text=True, timeout=20, check=True)
        return done.stdout

    def alerts(self):
        return {each["labels"]["alertname"]: each for each in self.ask("GET", self.ports.monitor, "/api/v2/alerts")}

    def wait_fires(self, name):
        wait_until(lambda: name in self.alerts(), f"{name} fires", 30)
        return self.alerts()[name]

    def wait_over(self, name):
        wait_until(lambda: name not in self.alerts(), f"{name} is over", 30)


def _mentions(file, text):
    try:
        return text in file.read_text(errors="replace")
    except OSError:
        return False


def test_a_slow_way_to_payments_is_found_and_the_runbooks_command_mends_it(shop):
    proxy = shop.ports.proxy
    toxic = {"name": "by-hand", "type": "latency", "attributes": {"latency": 800}}
    shop.ask("POST", proxy, "/proxies/payments-eu/toxics", toxic)
    alert = shop.wait_fires("CheckoutSlow")
    assert alert["labels"]["region"] == "eu"
    shop.ask("DELETE", proxy, "/proxies/payments-eu/toxics/by-hand")
    shop.wait_over("CheckoutSlow")


def test_a_store_that_takes_no_message_is_found_while_its_region_can_still_be_read(shop):
    shop.run("nats", "stream", "edit", "orders-eu", "--max-msg-size=1")
    assert shop.wait_fires("CheckoutWritesFailing")["labels"]["region"] == "eu"
    assert shop.ask("GET", shop.ports.eu, "/")["shop"] == "open"
    assert shop.ask("POST", shop.ports.us, "/pay", {})["state"] == "paid"
    shop.run("nats", "stream", "edit", "orders-eu", "--max-msg-size=-1")
    shop.wait_over("CheckoutWritesFailing")


def test_a_paused_queue_is_found_by_its_depth_long_after_its_oldest_order_was_late(shop):
    shop.run("nats", "consumer", "pause", "confirmations", "workers", "60")
    wait_until(lambda: shop.ask("GET", shop.ports.eu, "/confirmations")["confirmations"] == "late", "late", 20)
    assert "OrdersQueueDeep" not in shop.alerts()
    shop.wait_fires("OrdersQueueDeep")
    shop.run("nats", "consumer", "resume", "confirmations", "workers")
    shop.wait_over("OrdersQueueDeep")


def test_an_expired_certificate_is_found_and_a_fresh_one_is_taken_up(shop):
    _expire(shop.folder)
    assert "expired" in shop.wait_fires("LedgerCertificateInvalid")["annotations"]["summary"]
    shop.run("issue-certificate")
    shop.wait_over("LedgerCertificateInvalid")


def test_a_worker_killed_between_charge_and_acknowledgement_leaves_a_double_charge_that_the_audit_finds(shop):
    wait_until(lambda: shop.ask("GET", shop.ports.eu, "/confirmations")["confirmations"] == "on time", "on time", 30)
    assert shop.ask("GET", shop.ports.eu, "/audit/duplicates")["count"] == 0
    for _ in range(3):  # it works on several orders at any time, but nobody can promise that for one moment
        os.kill(int(shop.run("ctl", "pid", "worker-1")), signal.SIGKILL)
        shop.wait_fires("OrderWorkerMissing")
        shop.run("ctl", "start", "worker-1")
        shop.wait_over("OrderWorkerMissing")
        if _audit_finds_one(shop):
            break
    assert shop.ask("GET", shop.ports.eu, "/audit/duplicates")["count"] > 0
    assert shop.ask("POST", shop.ports.eu, "/audit/refund")["refunded"] > 0
    wait_until(lambda: _refunded(shop), "every double charge is refunded", 20)  # the last orders may come late


def _audit_finds_one(shop):
    """Wait until an order that the dead worker held was given to another: a little more than the queue's patience."""
    until = time.monotonic() + 6
    while time.monotonic() < until:
        if shop.ask("GET", shop.ports.eu, "/audit/duplicates")["count"]:
            return True
        time.sleep(0.1)
    return False


def _refunded(shop):
    shop.ask("POST", shop.ports.eu, "/audit/refund")
    return shop.ask("GET", shop.ports.eu, "/audit/duplicates")["count"] == 0


def _expire(folder):
    """Sign the ledger's own certificate once more, with dates of last year."""
    path = folder / "tls" / "ledger.crt"
    old = x509.load_pem_x509_certificate(path.read_bytes())
    signer = serialization.load_pem_private_key((folder / "authority" / "ca.key").read_bytes(), None)
    last_year = dt.datetime.now(dt.UTC) - dt.timedelta(days=365)
    made = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(last_year)
        .not_valid_after(last_year + dt.timedelta(days=1))
    )
    for extension in old.extensions:
        made = made.add_extension(extension.value, extension.critical)
    fresh = path.with_name("ledger.crt.fresh")
    fresh.write_bytes(made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    fresh.replace(path)
