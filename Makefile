SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all site pdf class serve lab test lint format bench screenshots lock clean help

export PATH := $(CURDIR)/.venv/bin:$(PATH)

packages := .venv/packages
installed := .venv/installed
mathjax := _assets/tex-svg.js
executed := _build/.jupyter_cache
page := _build/html/index.html
pdf := _build/pdf/optimization-algorithms.pdf
bundle := _class/optimization-course.zip
handed_in := _class/submitted/.made

course := $(wildcard course/*.py course/labs/*.py course/labs/web/*)
assignments := $(wildcard assignments/*/*.ipynb)

## The main job: the website, the students' release, and a graded sample class.
all: $(page) class
	@python -m grading summary

site: $(page)

# The oldest Python that works is the one that packages are locked for; tensorflow decides on the newest.
comma := ,
oldest := 3.11
newest := 3.13
in_range := import sys; sys.exit(not (($(subst .,$(comma),$(oldest))) <= sys.version_info[:2] <= ($(subst .,$(comma),$(newest)))))

# Otherwise each kernel would announce that loopback is not encrypted.
quiet_kernels := get_config().IPKernelApp.log_level = "ERROR"

$(packages): requirements.txt
	@command -v python3 >/dev/null || { echo "Python is missing: apt-get install python3 python3-venv"; exit 1; }
	@python3 -c '$(in_range)' || { echo "Python $(oldest) to $(newest) is needed; this is $$(python3 --version)"; exit 1; }
	@$(call debian,python3-venv)
	@echo "installing the locked packages into .venv"
	@python3 -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement <(awk '/^[a-z]/ { is_uv = /^uv==/ } is_uv' requirements.txt)
	@uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.txt
	@mkdir -p .venv/etc/ipython && echo '$(quiet_kernels)' >.venv/etc/ipython/ipython_kernel_config.py
	@touch $@

# The project's own packages are installed in place, without a look at the network.
$(installed): $(packages) pyproject.toml
	@uv pip install --quiet --offline --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

# Which of Debian's packages are here, however they came.
has_python3-venv := python3 -c 'import ensurepip'
has_bubblewrap := type bwrap
has_chromium := type chromium
has_default-jre-headless := type java
has_fontconfig := type fc-list
has_postgresql := ls /usr/lib/postgresql/*/bin/postgres
# The browser driver's Node needs it.
has_libatomic1 := ls /usr/lib/*/libatomic.so.1
# Without a font for it, the glossary's Korean would be boxes.
has_fonts-nanum := fc-list :lang=ko | grep .

as_root := $(if $(filter-out 0,$(shell id -u)),sudo --non-interactive)
apt := $(as_root) env DEBIAN_FRONTEND=noninteractive apt-get --yes -qq

# Install those of these Debian packages that are missing. The lists of packages may be out of date, or not be there yet.
define debian
missing=(); $(foreach package,$(1),{ $(has_$(package)); } &>/dev/null || missing+=($(package));) \
test $${#missing[@]} = 0 || { echo "installing Debian packages: $${missing[*]}"; \
why=$$($(apt) install "$${missing[@]}" 2>&1) || \
why=$$({ $(apt) update && $(apt) install "$${missing[@]}"; } 2>&1) || \
{ echo "$$why"; echo "That failed. As root: apt-get update && apt-get install $${missing[*]}"; exit 1; }; }
endef

$(mathjax): $(packages)
	@cp "$$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"/sphinx-mathjax-offline/static/mathjax/tex-svg.js $@

# The cache of executed notebooks goes by their own content and doesn't see what they import.
_build/cache-of-this-course: $(course) $(packages)
	@rm -rf $(executed)
	@mkdir -p _build
	@touch $@

# Notebooks are executed on all processors first; the build then finds them in its cache.
# Pages name their scripts and styles with a digest, so that a changed asset changes them all.
$(page): $(installed) $(mathjax) _build/cache-of-this-course _config.yml _toc.yml $(wildcard chapters/* _assets/*)
	@jcache notebook --cache-path $(executed) add $(wildcard chapters/*.ipynb) <<< y >/dev/null
	@jcache project --cache-path $(executed) execute --executor local-parallel --timeout 120 --verbosity WARNING >/dev/null
	jupyter-book build . $(if $(filter _assets/%,$?),--all) -W -n --keep-going --quiet
	@touch $@

$(bundle): $(assignments) $(course) $(wildcard grading/student_bundle/*) grading/release.py nbgrader_config.py $(packages) | $(installed)
	@python -m grading release
	@touch $@

# The sample class answers with the reference and with the questions' common mistakes.
$(handed_in): $(bundle) grading/sample_class.py $(wildcard grading/questions/*.py solutions/*.py)
	@python -m grading sample-class
	@touch $@

class: $(handed_in)
	@$(call debian,bubblewrap)
	@python -m grading grade

## Print the whole book, from the pages of the site.
pdf: $(pdf)

$(pdf): $(page) $(wildcard book/*.*)
	@$(call debian,chromium libatomic1 fontconfig)
	@$(call debian,fonts-nanum)
	@python -m book.pdf

## Read the book at the address that is printed; ends with Ctrl-C.
serve: $(page)
	@python -m http.server --bind 127.0.0.1 --directory _build/html 0

## Do the assignments in JupyterLab, in a folder of your own; or, with ROLE=instructor, grade them there.
lab: $(bundle)
	@python -m grading lab $(or $(ROLE),student)

## Set up, lint, and run every test.
test: lint $(page)
	@$(call debian,bubblewrap chromium libatomic1 default-jre-headless postgresql)
	@python -m pytest

## Check style, formatting and types.
lint: $(installed)
	@ruff check --quiet
	@ruff format --quiet --check
	@deno lint --quiet
	@deno fmt --quiet --check
	@mypy --no-error-summary

## Format the code, and fix what Ruff can fix.
format: $(installed)
	@ruff check --quiet --fix-only
	@ruff format --quiet
	@deno fmt --quiet

## Compare the speeds of grading on the same N submissions: make bench N=100
bench: $(bundle)
	@python -m bench $(or $(N),100)

## Take the pictures of README.md.
screenshots: $(page) class
	@$(call debian,chromium libatomic1)
	@python -m grading report >/dev/null
	@python -m screenshots

## Update requirements.txt from requirements.in.
lock: $(installed)
	@uv pip compile --quiet --universal --python-version $(oldest) --generate-hashes --no-header requirements.in --output-file requirements.txt

## Delete the virtual environment and the book, which can be made again; the class in _class stays.
clean:
	rm -rf .venv _build $(mathjax)

## List what there is to make.
help:
	@awk '/^## / { says = substr($$0, 4) } says && /^[a-z]+:/ { printf "make %-12s %s\n", substr($$1, 1, length($$1) - 1), says; says = "" }' Makefile
