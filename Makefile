# make demo   see five drills on a small shop of real processes      make test   all tests (about 15 minutes on 2 cores)
# make check  format, lint, types, layers, lengths, spelling         make bench  how fast, beside a peer in the same run
# make soak   the crash tests with 10,000 kills (hours; for fewer:   make docs   write the reference pages from the code
#             make soak GAMEDAY_SOAK_KILLS=1000)
# make pins   renew constraints/ (needs uv)                          make clean  remove everything that was made here

PY := .venv/bin/python
JOBS ?= 2
export PATH := $(CURDIR)/.tools/bin:$(PATH)
.PHONY: demo test check bench soak docs tools pins clean dev

demo:
	@.ci/environment demo
	@.venv/bin/gameday demo

test: dev tools
	@$(PY) -m pytest -n $(JOBS) --dist loadfile -m "not soak" $(ARGS)

check: dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q --no-header tests/unit/test_house_layout.py tests/unit/test_docs.py
	.venv/bin/codespell

bench: dev tools
	@.ci/peer
	@$(PY) bench/run.py $(ARGS)

soak: dev tools
	GAMEDAY_SOAK=1 $(PY) -m pytest -s -m soak --timeout 0 $(ARGS)

docs: dev
	@$(PY) docs/generate.py

dev:
	@.ci/environment dev

tools:
	@.ci/servers

pins:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --upgrade \
	    --extra demo --group build pyproject.toml -o constraints/demo.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --upgrade \
	    --extra demo --extra all --group build --group dev -c constraints/demo.txt pyproject.toml -o constraints/dev.txt
	echo 'chaostoolkit==1.19.*' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-strip-extras --no-emit-index-url --no-header --upgrade - -o constraints/peer.txt

clean:
	rm -rf .venv .tools build dist .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
