# Two commands matter: `make run` starts everything, `make test` checks everything.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt --build-constraints constraints.txt
PEERS := $(BIN)/uv pip install --quiet --python .venv-peers/bin/python

# DATA=DIR adds the benchmarks that read real data; their peers live in .venv-peers.  MODELS=DIR adds
# what local language models write, and brings them there (1.2 GB).
.PHONY: install run down test check bench bench-peers chaos docs lock clean

install: .venv/installed
run: .venv/installed
	$(BIN)/smartcontent up
down:
	$(BIN)/smartcontent down
test: .venv/installed-dev
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered
check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pyright
bench: .venv/installed-dev
	$(BIN)/python -m benchmarks $(if $(DATA),--data $(DATA),) $(if $(MODELS),--models $(MODELS),)
bench-peers: .venv/uv
	$(BIN)/uv venv --quiet --allow-existing --python 3.11 .venv-peers
	$(PEERS) cython==3.3.1 numpy==2.4.6 scipy==1.17.1 setuptools==84.2.1 wheel==0.48.0
	$(PEERS) --no-deps --no-build-isolation -r benchmarks/peers/requirements.txt
chaos: .venv/installed-dev
	$(BIN)/python -m tests.chaos.kill --kills 200 --json
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.chaos.interleavings --count 1000 --json
docs: .venv/installed-dev
	$(BIN)/python -m docs.build
lock: .venv/uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --no-header --no-emit-index-url --no-annotate --upgrade -o constraints.txt
clean:
	rm -rf .venv build *.egg-info

.venv/uv:
	@test -n "$(PYTHON)" || { echo "SmartContent needs Python 3.11 or 3.12. Install one, or say where it is: make run PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	touch $@
.venv/installed: .venv/uv pyproject.toml constraints.txt
	$(UV) -e .
	touch $@
.venv/installed-dev: .venv/installed
	$(UV) -e '.[dev]' -e examples/hello_tool
	touch $@
