.PHONY: app test lint format models bench audit fuzz
PYTHON = .venv/bin/python

app:     ; .venv/bin/streamlit run app.py
test:    ; $(PYTHON) -m pytest
lint:    node_modules ; .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports && npm run --silent check
format:  node_modules ; .venv/bin/ruff check --fix . && .venv/bin/ruff format . && npm run --silent format
models:  ; $(PYTHON) checkpoints/reproduce.py
bench:   ; $(PYTHON) -m benchmarks.training
audit:   ; .ci/audit
fuzz:    ; $(PYTHON) -m benchmarks.fuzz

node_modules: ; npm ci --loglevel=error
