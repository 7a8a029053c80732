# The two commands are `make demo` and `make test`; `make help` names the others.
.DEFAULT_GOAL := help
BIN := .venv/bin
FAST := not keycloak and not browser and not slow

.PHONY: help demo test check unit bench clients conformance lock clean

help: ## Show this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 13

demo: ## Set up all it needs and serve http://127.0.0.1:8000 (PORT=, EHR_DATA_DIR=, SEED=none|small|ward)
	@scripts/venv requirements.lock
	@scripts/web
	@exec $(BIN)/ehr demo $(if $(SEED),--seed $(SEED)) $(if $(PORT),--port $(PORT))

test: ## Every suite, on a real PostgreSQL, Keycloak and Chromium
	@scripts/needs
	@scripts/venv requirements-dev.lock
	@scripts/web test
	@scripts/clients >/dev/null
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest -n 2 --dist loadgroup -m "not browser"
	@# Playwright keeps an event loop running in its process: a process of its own.
	@$(BIN)/pytest -m browser

check: ## Lint, types, contracts and the quick tests of what differs from main (ALL=1: of everything)
	@scripts/venv requirements-dev.lock
	@scripts/web test
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest -q -n 2 --dist loadgroup -m "$(FAST)" \
		$(if $(ALL),tests,$$($(BIN)/python tests/touched.py))

.PHONY: lint
lint: ## Lint, types and import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache

bench: ## Speed as ratios in one run (docs/performance.md)
	@scripts/venv requirements-dev.lock
	@$(BIN)/python -m bench

clients: ## Client libraries' tours of a running demo (PORT=, EHR_DATA_DIR=, CLIENT=fhirpy)
	@scripts/venv requirements-dev.lock
	@$(BIN)/python tests/clients/run.py $(CLIENT)

conformance: ## What of FHIR is proven by which test (docs/conformance.md)
	@$(BIN)/python tests/conformance/page.py

lock: ## Lock the dependencies again
	@scripts/venv requirements-dev.lock
	@scripts/lock

clean: ## Remove what was installed and built here; the demo's data stay
	rm -rf .venv web/node_modules tests/clients/js/node_modules ehr/web/static .mypy_cache .ruff_cache .pytest_cache
