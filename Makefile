# Two commands: `make demo` and `make test`. Both set up .venv by themselves. `make help` lists the rest.
SHELL := /bin/sh
BIN := .venv/bin
# The first Python >= 3.11 that runs; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
UV := .venv/tools/bin/uv
PYTEST := $(BIN)/python -m pytest
# The whole suite runs in as many processes, each with a database server of its own; JOBS=0: in one, to debug.
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lock migration inventory sbom licences audit bench fuzz published serve worker image clean

help: ## Esta lista / this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## Preparar .venv / set up .venv
	@test -n "$(PYTHON)" || { echo "Hace falta Python 3.11 o superior / Python 3.11 or newer is needed" >&2; exit 1; }
	@$(PYTHON) .ci/setup.py $(if $(SPARK),--spark)

demo: setup ## Demostración con datos inventados, hasta Ctrl-C / demonstration on invented data, until Ctrl-C
	@exec $(BIN)/intertrata demo

test: setup ## Todas las pruebas / the whole test suite
	$(PYTEST) --numprocesses $(JOBS) --dist loadfile

check: setup ## Formato, estilo, tipos, arquitectura, migraciones, dependencias, imagen / format, lint, types, imports, migrations, locks, image
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/lock_check.py
	$(BIN)/hadolint docker/Dockerfile
	$(PYTEST) -q tests/integration/test_migrations.py -k in_step

format: setup ## Dar formato al código / format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup ## Fijar de nuevo las dependencias / lock the dependencies anew
	$(UV) pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header --universal \
		--quiet --upgrade --output-file requirements.lock
	$(UV) pip compile pyproject.toml --constraint requirements.lock --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --universal --quiet --output-file requirements.runtime.lock
	echo 'pyspark>=4' | $(UV) pip compile - --constraint requirements.lock --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --universal --quiet --output-file requirements.spark.lock
	$(BIN)/python .ci/lock_check.py

migration: setup ## Nueva migración (m="qué cambia") / new migration from the models (m="what changes")
	$(BIN)/python .ci/new_migration.py "$(m)"

inventory: setup ## Inventario de datos personales / inventory of personal data
	$(BIN)/python -m app.models.inventory > docs/security/inventory.md

sbom: setup ## Lista de componentes de la imagen (CycloneDX) / the image's bill of materials
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --spec-version 1.6 --output-reproducible --validate \
		--output-file build/sbom.json requirements.runtime.lock

licences: setup ## Licencias de lo que corre en la imagen / licences of what runs in the image
	$(BIN)/python .ci/licences.py

audit: setup ## Avisos de vulnerabilidad de la imagen (pregunta a PyPI) / advisories on what runs in the image (asks PyPI)
	$(BIN)/python .ci/audit.py

bench: setup ## Mediciones / benchmarks
	PYTHONPATH=.:tests $(BIN)/python -m bench

fuzz: setup ## Diez mil entradas dañadas, diez mil operaciones, veinte mil pedidos / damaged inputs, operations in disorder, requests
	INTERTRATA_FUZZ=10000 INTERTRATA_OPERATIONS=10000 INTERTRATA_ATTACKS=500 INTERTRATA_REQUESTS=20000 \
		$(PYTEST) tests/properties

published: setup ## Todas las tablas publicadas, reproducidas / every printed table, reproduced
	INTERTRATA_PUBLISHED=all $(PYTEST) tests/spec/test_published_tables.py

serve: setup ## La API / the API
	@exec $(BIN)/intertrata serve

worker: setup ## El trabajador de la cola / the queue's worker
	@exec $(BIN)/intertrata worker

image: ## Imagen de contenedor / container image
	@docker info >/dev/null 2>&1 || { echo "No responde ningún motor Docker / no Docker engine answers" >&2; exit 1; }
	docker build -f docker/Dockerfile -t intertrata .

clean: ## Quitar .venv y cachés; los datos quedan / remove .venv and caches; data stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	@test -L .venv || rm -rf .venv
