SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all site pdf class serve lab test bench screenshots lock clean help

export PATH := $(CURDIR)/.venv/bin:$(PATH)

installed := .venv/installed
mathjax := _assets/tex-svg.js
executed := _build/.jupyter_cache
page := _build/html/index.html
pdf := _build/pdf/optimization-algorithms.pdf
bundle := _class/optimization-course.zip
handed_in := _class/submitted/.made
marked := _class/marks.csv

shared := $(wildcard course/*.py course/labs/*.py course/labs/web/*)
assignments := $(wildcard assignments/*/*.ipynb)
graders := $(wildcard grading/*.py grading/questions/*.py grading/sandbox/*.py grading/sandbox/inside/*.py solutions/*.py) nbgrader_config.py

## The main job: the website, the students' release, and a graded sample class.
all: $(page) $(marked)
	@python -m grading summary

site: $(page)
class: $(marked)

# Each would say on its start that loopback is not encrypted.
quiet_kernels := get_config().IPKernelApp.log_level = "ERROR"

$(installed): requirements.txt pyproject.toml
	@command -v python3 >/dev/null || { echo "Python 3.11 is missing: apt-get install python3 python3-venv"; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Python 3.11 is needed, this is $$(python3 --version)"; exit 1; }
	@python3 -c 'import ensurepip' 2>/dev/null || $(call debian,python3-venv)
	@echo "installing the locked packages into .venv"
	@python3 -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check "$$(grep -o '^uv==[0-9.]*' requirements.txt)"
	@uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.txt
	@uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@mkdir -p .venv/etc/ipython && echo '$(quiet_kernels)' >.venv/etc/ipython/ipython_kernel_config.py
	@touch $@

as_root := $(if $(filter-out 0,$(shell id -u)),sudo --non-interactive)
apt := $(as_root) env DEBIAN_FRONTEND=noninteractive apt-get --yes -qq

# Install from Debian where we may, with fresh lists of packages if those at hand do not serve; else say what is missing.
define debian
{ $(as_root) true 2>/dev/null && echo "installing $(1)" && \
{ $(apt) install $(1) >/dev/null 2>&1 || { $(apt) update && $(apt) install $(1) >/dev/null; }; }; } || \
{ echo "missing: apt-get install $(1)"; exit 1; }
endef

$(mathjax): $(installed)
	@cp .venv/lib/python3.11/site-packages/sphinx-mathjax-offline/static/mathjax/tex-svg.js $@

# What the chapters import is not seen by the cache of executed notebooks, which goes by their own content.
_build/cache-of-this-course: $(shared) $(installed)
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

$(bundle): $(installed) $(assignments) $(shared) $(wildcard grading/student_bundle/*) grading/release.py nbgrader_config.py
	@python -m grading release
	@touch $@

$(handed_in): $(bundle) $(graders)
	@python -m grading sample-class
	@touch $@

$(marked): $(handed_in)
	@type bwrap >/dev/null 2>&1 || $(call debian,bubblewrap)
	@python -m grading grade
	@touch $@

## The whole book to print, from the pages of the site.
pdf: $(pdf)

# Without a font for it, the glossary's Korean would be boxes.
$(pdf): $(page) $(wildcard book/*.*)
	@type chromium fc-list >/dev/null 2>&1 || $(call debian,chromium fontconfig)
	@test -n "$$(fc-list :lang=ko)" || $(call debian,fonts-nanum)
	@python -m book.pdf

## Read the book at the address that is printed; ends with Ctrl-C.
serve: $(page)
	@python -m http.server --bind 127.0.0.1 --directory _build/html 0

## Do the assignments in JupyterLab, on a desk that is yours; or, with ROLE=instructor, grade them there.
lab: $(bundle)
	@python -m grading lab $(or $(ROLE),student)

## Set up and run every test.
test: $(page)
	@type bwrap chromium java >/dev/null 2>&1 && ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || \
	$(call debian,bubblewrap chromium default-jre-headless postgresql)
	@python -m pytest

## Compare the speeds of grading on the same N submissions: make bench N=100
bench: $(bundle)
	@python -m bench $(or $(N),100)

## Take the pictures of README.md.
screenshots: $(page) $(marked)
	@type chromium >/dev/null 2>&1 || $(call debian,chromium)
	@python -m grading report >/dev/null
	@python -m screenshots

## Renew requirements.txt from requirements.in.
lock: $(installed)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in --output-file requirements.txt

## Delete the virtual environment and the book, which can be made again; the class in _class stays.
clean:
	rm -rf .venv _build $(mathjax)

## List what there is to make.
help:
	@awk '/^## / { says = substr($$0, 4) } says && /^[a-z]+:/ { printf "make %-12s %s\n", substr($$1, 1, length($$1) - 1), says; says = "" }' Makefile
