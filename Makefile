# `make demo` does the main job, `make test` runs the tests; each makes its own
# virtual environment when there is none.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Tests start many processes, each of which would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test sweeps lint bench readers languages llm torture pictures docs dist package audit \
	clean

$(VENV)/ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group test --group lint
	touch $@

demo: $(VENV)/ready
	$(BIN)/imessage-foundry build out/chat.db --macos tahoe --truth out/truth.json --force
	$(BIN)/imessage-foundry validate out/chat.db
	$(BIN)/python -m pytest -c docs/examples/pytest.ini docs/examples --imessage-version=tahoe

# Stealing leaves the tests of a file together, so that few are built twice.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
BESIDE := not readers and not languages and not packaging and not llm

test: $(VENV)/ready
	$(PYTEST) -m "$(BESIDE) and not sweep" $(ARGS)

# What goes through thousands of inputs: spoilt bytes, planted faults, drawn phones.
sweeps: $(VENV)/ready
	$(PYTEST) -m "$(BESIDE) and sweep" $(ARGS)

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks $(ARGS)

readers: $(VENV)/ready
	$(BIN)/python tests/readers/install.py
	$(BIN)/python -m pytest tests/readers -m readers

languages: $(VENV)/ready
	IMESSAGE_LANGUAGES=required $(BIN)/python -m pytest -n auto --dist loadfile tests/languages

llm: $(VENV)/ready
	$(BIN)/python tests/llm/model_server.py install
	IMESSAGE_LLM=required $(BIN)/python -m pytest tests/llm -m llm
	IMESSAGE_KILLS=20 $(BIN)/python -m pytest tests/llm -k killed -rP

# `make torture ARGS="--minutes 1 --seed 7"`; ten minutes if nothing is said.
torture: $(VENV)/ready
	$(BIN)/python -m tests.torture $(ARGS)

# `make pictures ARGS="page-light"` makes one; needs Chromium.
pictures: $(VENV)/ready
	$(BIN)/python docs/make_pictures.py $(ARGS)

$(VENV)/docs: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

# Warnings are errors: `strict` in mkdocs.yml. The variable hides an advertisement.
docs: $(VENV)/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

$(VENV)/packaging: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --group packaging
	touch $@

dist: $(VENV)/packaging
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

package: $(VENV)/packaging
	IMESSAGE_PACKAGING=required $(BIN)/python -m pytest -n 2 -m packaging \
		tests/distributions

# Asks a registry for advisories about what users install.
audit: $(VENV)/packaging
	mkdir -p out
	$(BIN)/uv pip compile --quiet --all-extras pyproject.toml -o out/audited.txt
	$(BIN)/pip-audit --strict --no-deps --disable-pip -r out/audited.txt

clean:
	rm -rf $(VENV) .venvs dist out
