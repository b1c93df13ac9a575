# Two commands do the work, from a fresh clone, with only Python (3.11 to 3.13) and make on the machine:
#
#   make studies    data/raw -> data/processed -> executed studies in reports/
#   make test       everything that has to hold before a change is merged
#
# Both build the environment .venv from requirements.lock first, or see that it is up to date.

VENV := .venv
LAB := .venv-lab

# Interpreters to try, in this order; `make studies PYTHON=/path/to/python3.12` names one.
PYTHON ?= python3 python3.13 python3.12 python3.11
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

# What a user's shell may carry must not reach the environment: without bytecode every start takes twice as long, and
# a foreign search path brings foreign packages.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME PYTHONSTARTUP

.DEFAULT_GOAL := help
.PHONY: help env studies test lab bench readme lock format clean distclean FORCE

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 | \2/p' Makefile | awk -F'|' '{ printf "%-16s%s\n", $$1, $$2 }'

studies: env ## read data/raw, write data/processed and reports/ (ARGS="..." goes to `fiscal run`)
	@$(VENV)/bin/fiscal run $(ARGS)

test: env ## lint, types, tests, and the published notebooks run again
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict fiscal_analysis
	$(VENV)/bin/python -m pytest
	$(VENV)/bin/fiscal verify

bench: env ## how fast the package reads, and runs a batch of studies (ARGS="--study NAME" names the study)
	@$(VENV)/bin/python -m benchmarks $(ARGS)

readme: env ## the outputs, scores and pictures of the READMEs, made anew (ARGS="--check" only compares)
	@$(VENV)/bin/python -m tools.readme $(ARGS)

lab: $(LAB)/.installed ## JupyterLab on the notebooks, in an environment of its own
	@$(LAB)/bin/jupyter lab --notebook-dir=. $(ARGS) notebooks

format: env ## let ruff repair and lay out the code
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean: ## remove reports and caches; the environments and data/processed stay
	rm -rf reports build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +

distclean: clean ## remove the environments too
	rm -rf $(VENV) $(LAB)

# --- the environment ------------------------------------------------------------------------------------------------

env: $(VENV)/.installed ## build .venv, or say that it is up to date
	@echo "Environment: $(VENV) is up to date."

# A stamp is written last, so an interrupted build starts again. It holds the folder that it was built in: scripts of an
# environment break when the folder is moved, and then it is built anew. So it is when its interpreter has gone.
ifneq "$(shell test -x $(VENV)/bin/python && cat $(VENV)/.locked 2>/dev/null)" "$(CURDIR)"
$(VENV)/.locked: FORCE
endif
ifneq "$(shell test -x $(LAB)/bin/python && cat $(LAB)/.locked 2>/dev/null)" "$(CURDIR)"
$(LAB)/.locked: FORCE
endif

$(VENV)/.locked: requirements.lock requirements-bootstrap.lock
	@$(call install_lock,$(VENV),requirements.lock)

$(LAB)/.locked: requirements-lab.lock requirements-bootstrap.lock
	@$(call install_lock,$(LAB),requirements-lab.lock)

# The package itself, in place. Its build backend stands in the lock, so nothing is downloaded here.
%/.installed: %/.locked pyproject.toml
	@if [ -x $*/bin/uv ]; then $*/bin/uv pip install --quiet --python $*/bin/python --no-deps --no-build-isolation -e . ; \
	else $*/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . ; fi
	@touch $@

.PRECIOUS: %/.locked %/.installed

# $(call install_lock,ENVIRONMENT,LOCK): create the environment where it is missing or unusable, then bring it to the lock.
# uv does in seconds what takes pip minutes; pip is there where uv is not. uv does not read pip's settings, so the mirror
# that a user has set for pip is handed on. Every file is checked against its hash, wherever it comes from.
define install_lock
set -e; \
if [ "$$(cat $(1)/.locked 2>/dev/null)" != "$(CURDIR)" ] || ! $(1)/bin/python -c "$(SUPPORTED)" 2>/dev/null; then \
	python=; \
	for candidate in $(PYTHON); do \
		if $$candidate -c "$(SUPPORTED)" 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11, 3.12 or 3.13 is needed; tried: $(PYTHON). python3 here is: $$(python3 --version 2>&1 || echo none)." >&2; \
		echo "Install one, or name one that you have: make PYTHON=/path/to/python3.12 ..." >&2; \
		exit 1; \
	fi; \
	echo "Environment: creating $(1) with $$($$python --version)."; \
	if ! $$python -m venv --clear $(1); then \
		rm -rf $(1); \
		echo "$$python cannot create environments. On Debian or Ubuntu: sudo apt install python3-venv; then run make again." >&2; \
		exit 1; \
	fi; \
fi; \
rm -f $(1)/.locked; \
echo "Environment: installing $(2) into $(1) (once, and again when the lock changes)."; \
mirror="$${PIP_INDEX_URL:-$$($(1)/bin/python -m pip config get global.index-url 2>/dev/null || true)}"; \
if [ -n "$$mirror" ] && [ -z "$$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX="$$mirror"; fi; \
if ! { $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock \
	&& $(1)/bin/uv pip sync --python $(1)/bin/python --require-hashes --compile-bytecode $(2); }; then \
	echo "Environment: uv could not do it; pip goes on (a few minutes)."; \
	$(1)/bin/python -m pip install --disable-pip-version-check --require-hashes -r $(2) || { \
		echo "The packages of $(2) could not be installed. Where the package index cannot be reached, set a mirror" >&2; \
		echo "(pip config set global.index-url ...) and run make again." >&2; \
		exit 1; \
	}; \
fi; \
printf '%s' "$(CURDIR)" > $(1)/.locked
endef

# --- the locks ------------------------------------------------------------------------------------------------------

COMPILE = $(VENV)/bin/uv pip compile --quiet --no-config --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url $(UPGRADE) pyproject.toml

lock: env ## write the requirements*.lock files from pyproject.toml (UPGRADE=--upgrade for the newest versions)
	$(COMPILE) --extra test --extra ocr --group build --output-file requirements.lock
	$(COMPILE) --extra lab --group build --constraints requirements.lock --output-file requirements-lab.lock
	$(filter-out pyproject.toml,$(COMPILE)) --group bootstrap --output-file requirements-bootstrap.lock
