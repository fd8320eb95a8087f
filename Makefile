PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint bench clean

demo: $(INSTALLED)  ## the main job on real footage: train, lift, score, report
	$(BIN)/canonpose demo -o demo

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2

lint: $(INSTALLED)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

bench: $(INSTALLED)  ## the tables of docs/results.md; DATA=folder of AIST++ keypoints
	@test -n "$(DATA)" || { echo "make bench DATA=FOLDER: see docs/results.md"; exit 2; }
	$(BIN)/python benchmarks/aistpp.py $(DATA) -o runs/aistpp
	$(BIN)/python benchmarks/chirality_seeds.py $(DATA) -o runs/chirality

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check \
		--constraint constraints.txt --editable '.[test,lint]'
	touch $@

clean:
	rm -rf $(VENV) demo runs
