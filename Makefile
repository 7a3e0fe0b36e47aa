# Each target is one command; `make` alone lists them.
BIN := .venv/bin
# Of tests, one more than there are processors: a third of their time is waiting for servers and browsers.
WORKERS = $(shell echo $$(($$(nproc) + 1)))
unexport PYTHONDONTWRITEBYTECODE # where it is set, each process compiles all that it imports, for seconds

.PHONY: backtest vectors help setup demo docs score test test-screens texts torture ha-check community-check kill-check month fuzz check bench bench-ingest bench-limits bench-live bench-routes bench-wall bench-web calibration clean lock sbom pin-images audit proxy-check prometheus-check compose-check

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing; leaves .venv/bin/besok
	@bash deploy/setup

demo: setup ## the whole system with simulated sensors; prints its address, Ctrl-C ends it
	@$(BIN)/besok demo

texts: setup ## brings the catalogues up to date with the texts of the code; then translate what is empty in them
	$(call catalogue,sv,api besok dashboard)
	$(call catalogue,ar,dashboard/public besok/text/opening_text.py besok/text/level_text.py)

# of a language, from the texts of some folders and files
define catalogue
	@$(BIN)/pybabel -q extract -k plural:1,2 -k _counted:1,2 -k Translatable -k refusal -k remark:3 -k offer:2 -k ask:2 -k ask_several:2 -k option:2 --add-location=file --sort-output \
		-o .besok.pot $(2)
	@$(BIN)/pybabel -q update -i .besok.pot -d besok/text/locales -l $(1) -D besok -w 116 --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date
	@rm .besok.pot
endef

test: ## every test, browser included (ARGS="tests/unit -x" for some)
	@bash deploy/setup tests
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist worksteal $(ARGS)

test-screens: ## every page in each state, language, colours and size, against accepted pictures (ARGS=--accept makes those)
	@bash deploy/setup tests
	@$(BIN)/python -m pytest -m slow -n $(WORKERS) --maxprocesses 4 --dist worksteal tests/browser/test_screens.py $(ARGS)

torture: ## exactly-once, proved: the long runs on Mosquitto and RabbitMQ (half an hour; ARGS="--readings 20000")
	@bash deploy/setup torture
	@$(BIN)/python -m pytest -m slow tests/flow/test_torture.py tests/flow/test_stack_servers.py
	@$(BIN)/python -m tests.torture --self-test
	@$(BIN)/python -m tests.torture --redelivery
	@$(BIN)/python -m tests.torture --broker mosquitto --share $(ARGS)
	@$(BIN)/python -m tests.torture --broker rabbitmq $(ARGS)

ha-check: ## three machines by deploy/ha/, of which one fails, and a branch cut off (ten minutes; says so where packages lack; ARGS="--only branch")
	@bash deploy/setup tools
	@$(BIN)/python -m tests.ha $(ARGS)

community-check: ## the store with everything compressed, where TimescaleDB's Community edition is (ARGS="--postgres FOLDER"); says so elsewhere
	@bash deploy/setup tests
	@$(BIN)/python -m tests.community $(ARGS)

kill-check: ## each service killed in turn: the doctor names it, one alert comes, and one that it is over (six minutes)
	@bash deploy/setup month
	@$(BIN)/python -m pytest -m slow tests/flow/test_killed_services.py

month: ## a month of operation in an hour, on one page, build/month.md (ARGS="--days 2 --scenes 4" for ten minutes)
	@bash deploy/setup month
	@$(BIN)/python -m tests.month $(ARGS)

fuzz: ## 10,000 broken payloads for every adapter and every vendor of a table (most of an hour; ARGS="-k xovis" for some)
	@bash deploy/setup tests
	@BESOK_FUZZ=10000 $(BIN)/python -m pytest tests/unit/test_adapters_fuzz.py tests/unit/test_tables_fuzz.py --timeout=0 $(ARGS)

check: ## style, types, who may import whom, undeclared and unused dependencies, dead code
	@bash deploy/setup tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@$(BIN)/vulture

docs: ## the documentation as a site with every link checked, into build/site
	@bash deploy/setup tools
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m docs.generate build/docs
	@$(BIN)/python -m sphinx -W --keep-going -n -q build/docs build/site

bench: ## measure all that needs no demo and nobody's files, on this machine (hours)
	@bash deploy/setup bench
	@bash deploy/setup tests
	@$(BIN)/python -m pytest -m slow tests/unit tests/worlds --timeout=0
	@for f in $(filter-out %/air.py %/servers.py %/vectors.py %/web.py,$(wildcard benchmarks/[a-z]*.py)); do echo "== $$f"; $(BIN)/python -m benchmarks.$$(basename $$f .py) || exit 1; done

score: ## how true every figure is, beside simple rivals, into docs/reference/results-all.md (minutes; ARGS="--seeds 1 --only visits")
	@bash deploy/setup bench
	@$(BIN)/python -m benchmarks.score --write $(ARGS)

bench-ingest: ## readings committed a second, beside clients that only receive (ARGS="--history 0,10,100")
	@bash deploy/setup bench
	@$(BIN)/python -m benchmarks.ingest $(ARGS)

bench-limits: ## live figures while others ask too much (ARGS="--clients 48 --seconds 60")
	@bash deploy/setup bench
	@$(BIN)/python -m benchmarks.hostile $(ARGS)

bench-routes: ## how soon routes and pages answer, by the number of sites (ARGS="--sites 2,10,50 --write": hours, 20 GB)
	@bash deploy/setup bench
	@$(BIN)/python -m benchmarks.routes $(ARGS)

bench-live: ## from a sensor's message to the pixel, with 200 screens (ARGS="--screens 50")
	@bash deploy/setup tests
	@$(BIN)/python -m benchmarks.live $(ARGS)

bench-wall: ## what the wall's browser holds after 10,000 and 100,000 updates (ARGS="--updates 20000")
	@bash deploy/setup tests
	@$(BIN)/python -m benchmarks.wall $(ARGS)

bench-web: ## weight and time of each page of a running demo, in Chromium (ARGS="--address URL --write")
	@bash deploy/setup tests
	@$(BIN)/python -m benchmarks.web $(ARGS)

backtest: ## how good the forecast is, beside simple rivals, into docs/reference/results-forecast.md (minutes; ARGS="--packages FOLDER")
	@bash deploy/setup bench
	@$(BIN)/python -m benchmarks.forecast --write $(ARGS)

vectors: ## vendors' own test vectors through codecs, layouts and tables (DIR="a folder, another"; ARGS=--write)
	@bash deploy/setup bench
	@$(BIN)/python -m benchmarks.vectors $(DIR) $(ARGS)

calibration: setup ## how good the verdicts on sensors are, in simulated counts (ARGS="1000 --write")
	@$(BIN)/python -m benchmarks.calibration $(ARGS)

proxy-check: ## the proxy files with TLS, by real servers: nginx and Caddy
	@bash deploy/setup proxies
	@$(BIN)/python -m pytest -m "slow or not slow" tests/flow/test_proxy.py

sbom: ## the packages that Besök consists of, as CycloneDX, into besok/sbom.cdx.json, after each `make lock`
	@bash deploy/setup tools
	@rm -rf build/sbom
	@$(BIN)/python -m venv --without-pip build/sbom
	@$(BIN)/python -m pip --python build/sbom/bin/python install --quiet --no-compile --require-hashes -r requirements.lock
	@$(BIN)/cyclonedx-py environment build/sbom/bin/python --pyproject pyproject.toml --output-reproducible \
		| $(BIN)/python -m tests.audit --strip >besok/sbom.cdx.json

audit: ## known weaknesses of those packages, by a checkout of an advisory database (ARGS=FOLDER)
	@bash deploy/setup tools
	@$(BIN)/python -m tests.audit $(ARGS)

pin-images: ## the digests of base images, into Dockerfile and docker-compose.yml, where a registry answers (ARGS=MIRROR)
	@$(BIN)/python -m tests.pin_images $(ARGS)

compose-check: ## build and try the container form (says so where there is no Docker)
	@bash deploy/setup tools
	@$(BIN)/python -m tests.compose_check

prometheus-check: ## check and test the Prometheus rules and the dashboard's PromQL (says so where there is no promtool)
	@bash deploy/setup tools
	@$(BIN)/python -m tests.prometheus_check

clean: ## remove the demo with its data, .venv and caches
	@bash deploy/clean

UV_COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
  --no-emit-find-links --python-version 3.11 pyproject.toml

lock: ## renew the lock files from pyproject.toml (needs uv)
	$(UV_COMPILE) --extra dev --extra docs -o requirements-dev.lock
	$(UV_COMPILE) -c requirements-dev.lock -o requirements.lock
