# FundTrack. `make` alone lists the targets. Everything runs in .venv, which `make setup` makes; paths are relative
# because make cannot handle blanks in them.

PORT ?= 8000
# More arguments for pytest: make test PYTEST="-k drawdown"
PYTEST ?=
python := .venv/bin/python
manage := $(python) manage.py
catalogues := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
say := @printf 'FundTrack: %s\n'

.DEFAULT_GOAL := help
.PHONY: help demo test setup prepare run lint format types checks test-reverse messages lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile | expand -t 22

demo: prepare ## set everything up, load the demonstration and serve it (PORT=8000)
	$(say) 'bringing the database up to date and loading the demonstration'
	@$(python) tools/prepare.py demo
	@exec $(python) tools/serve.py $(PORT)

test: prepare-test lint types checks ## set everything up and run every check and test, browser tests included
	$(say) 'running the tests'
	@$(python) -m pytest -n 2 --dist loadfile $(PYTEST)

test-reverse: prepare-test ## run the quick tests without a browser in reverse order
	$(say) 'running the tests without a browser in reverse order'
	@$(python) -m pytest -n 2 --dist loadfile -m 'not e2e and not slow' --reverse $(PYTEST)

setup: prepare ## make .venv/bin/python manage.py ready for use (the part that demo and test share)
	$(say) 'bringing the database up to date'
	@$(python) tools/prepare.py

run: setup ## serve for development: restarts when the code changes (PORT=8000)
	@exec env FUNDTRACK_DEBUG=true $(manage) runserver $(PORT)

lint: prepare ## check style and formatting
	$(say) 'checking style and formatting'
	@$(python) -m ruff check --quiet .
	@$(python) -m ruff format --quiet --check .

format: prepare ## correct style and formatting where that can be done by itself
	@$(python) -m ruff check --fix .
	@$(python) -m ruff format .

types: prepare ## check types
	$(say) 'checking types'
	@$(python) -m mypy

checks: prepare ## check migrations and production settings
	$(say) 'checking that every model change has its migration'
	@$(manage) makemigrations --check --dry-run --verbosity 0
	$(say) 'checking production settings'
	@sh tools/check_production.sh

messages: prepare ## collect new texts into the Finnish and Swedish catalogues and compile them
	@$(manage) makemessages --locale fi --locale sv --no-location --no-wrap --no-obsolete
	@for file in locale/*/LC_MESSAGES/django.po; do \
		msgattrib --sort-output --no-wrap --output-file="$$file" "$$file" && msgfmt --statistics -o /dev/null "$$file"; \
	done
	@$(MAKE) --no-print-directory prepare

lock: prepare ## write the locks of the dependencies anew (UPGRADE=1 takes the newest versions)
	@sh tools/lock.sh

clean: ## remove what can be made again: environment, caches, compiled texts (the data in .data stays)
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results .setup.log .setup.log.lock
	rm -f locale/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +

# --- what the targets above need

.PHONY: environment environment-test prepare-test
environment:
	@sh tools/setup.sh
environment-test:
	@sh tools/setup.sh test
prepare: environment $(catalogues)
prepare-test: environment-test $(catalogues)

locale/%/LC_MESSAGES/django.mo: locale/%/LC_MESSAGES/django.po | environment
	$(say) 'compiling the texts of $<'
	@msgfmt --check-format --output-file=$@ $<
