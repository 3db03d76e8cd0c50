# The two front doors are `make demo` and `make test`; everything else is for those who build.
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Two cores: more workers only get into each other's way.
TEST_WORKERS ?= 2
TEST_ARGS ?=

.PHONY: demo test bench bench-field bench-board bench-door bench-search bench-web rehearse requirements messages styles lint types catalogue venv runtime dev

demo: runtime catalogue
	@exec $(PY) -m pkh.office --with-parent

# In the order of pytest-django: tests that empty the tables afterwards come last, groups of tests
# not before all others only because they are many.
test: dev catalogue
	@exec $(PY) -m pytest $(if $(filter-out 0 1,$(TEST_WORKERS)),-n $(TEST_WORKERS) --dist loadgroup --no-loadscope-reorder) $(TEST_ARGS)

# Compiled as the image is: where Python may not keep its bytecode, every command would compile the
# office again, half a second each.
bench: dev catalogue
	@$(PY) -m compileall -q -x '/\.' .
	@exec $(PY) -m tests.bench

bench-field: dev catalogue
	@exec $(PY) -m tests.bench.field

bench-board: dev catalogue
	@exec $(PY) -m tests.bench.board

bench-door: dev catalogue
	@exec $(PY) -m tests.bench.door

bench-search: dev catalogue
	@exec $(PY) -m tests.bench.search

bench-web: dev catalogue
	@exec $(PY) -m tests.bench.web

# A backup made now, put into a temporary database, compared and thrown away; of the office that
# PKH_HOME and DATABASE_URL name. BACKUP=folder rehearses one that is there.
BACKUP ?=
rehearse: runtime catalogue
	@exec $(PY) manage.py rehearse_restore $(BACKUP)

lint: dev
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/lint-imports

types: dev
	@$(VENV)/bin/mypy

# Pins with hashes; no address of an index, so that every machine uses its own.
requirements: dev
	@$(VENV)/bin/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe --strip-extras -o requirements.txt requirements.in
	@$(VENV)/bin/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --allow-unsafe --strip-extras -o requirements-dev.txt requirements-dev.in

messages: dev
	@$(PY) -m core.messages tidy

# What the pages use of Tabler; after a page began to use more of it, or less.
styles: dev
	@exec $(PY) -m core.stylesheet

catalogue:
	@$(PY) -m core.messages compile

# --- the virtual environment: made once, filled again only when the pins changed

venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 atau yang lebih baru belum ada; pasang dengan: apt-get install python3 (atau tunjuk dengan: make demo PYTHON=python3.12)." >&2; exit 1; }
	@[ -x $(PY) ] && $(PY) -c 'import pip' 2>/dev/null || { \
		$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
			echo "Modul venv untuk Python belum ada; pasang dengan: apt-get install python3-venv" >&2; exit 1; }; \
		rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) >&2; }

runtime: venv
	@$(call install,requirements.txt)

dev: venv
	@$(call install,requirements-dev.txt)

# A copy of what was installed lies beside it: clones and branch changes touch file times,
# contents say whether there is something to do.
define install
cmp -s $(1) $(VENV)/installed-$(1) || { \
	[ $(1) = requirements.txt ] && cmp -s requirements-dev.txt $(VENV)/installed-requirements-dev.txt; } || { \
	echo "Memasang pustaka Python dari $(1); sekali saja, biasanya satu sampai tiga menit …" >&2; \
	$(PY) -m pip install -q --root-user-action=ignore --require-hashes -r $(1) >&2; \
	cp $(1) $(VENV)/installed-$(1); }
endef
