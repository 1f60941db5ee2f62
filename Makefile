# Two commands for a fresh machine with Python 3.11+, make and a C compiler: `make run` and `make check`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Pinned: what the tests run with is what they were proved with.
INSTALL := $(BIN)/pip install --quiet --constraint .ci/constraints.txt

.PHONY: fuzz torture run check test nightly lint gate ablation paper speed speed-gate clean

run: $(VENV)/.installed  ## train, score and rank on the embedded corpus
	$(BIN)/benchbox run benchmarks/suites/quick.toml --output runs/quick

check: lint  ## lint, types, import rules, tests; warnings are errors
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --dist loadfile

test: check  ## the same, by the name that a newcomer tries

nightly: $(VENV)/.installed-test  ## the property tests, with many random examples; prints how to repeat a failure
	HYPOTHESIS_PROFILE=nightly OMP_NUM_THREADS=1 $(BIN)/pytest -m hypothesis --numprocesses auto --hypothesis-show-statistics

MINUTES ?= 10
fuzz: $(VENV)/.installed-test  ## mutated options, files and audio; only a refusal in one line may come out: make fuzz MINUTES=60
	OMP_NUM_THREADS=1 $(BIN)/python tests/fuzz/run.py --minutes $(MINUTES) --seed $$(date +%s)

torture: $(VENV)/.installed-test  ## runs killed at random moments, here and on a dask cluster: make torture MINUTES=60
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/torture.py --minutes $(MINUTES) --seed $$(date +%s) runs/torture

lint: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml

gate: $(VENV)/.installed  ## the regression gate on this repository's own quick suite
	$(BIN)/benchbox run benchmarks/suites/gate.toml --output runs/gate
	$(BIN)/benchbox compare benchmarks/baselines/gate.json runs/gate

# What each part of vqunet is worth, on real speech in ../shared/audio; about 40 minutes of one core.
ABLATION := $(BIN)/benchbox run benchmarks/suites/ablation.toml
RETRAIN := $(ABLATION) --denoisers "vqunet(steps=1000),unet(steps=1000)" --train-noises

ablation: $(VENV)/.installed  ## what each part of vqunet is worth
	$(ABLATION) --output runs/ablation
	$(RETRAIN) "white" --output runs/ablation-white
	$(RETRAIN) "recorded(path=../shared/audio/noise)" --output runs/ablation-recorded
	$(RETRAIN) "white,pink,brown,babble,car,wind" --output runs/ablation-synthetic
	$(BIN)/python benchmarks/ablation.py runs/ablation runs/ablation-white runs/ablation-recorded runs/ablation-synthetic

paper: $(VENV)/.installed  ## benchmarks/results/paper.md anew; about two hours on one core
	$(BIN)/python benchmarks/paper.py ../shared/audio runs/paper

speed-gate: $(VENV)/.installed  ## instructions of fixed workloads against the committed counts; needs valgrind
	$(BIN)/python benchmarks/speed/instructions.py

speed: $(VENV)/.installed-test  ## how fast benchbox itself is
	$(BIN)/pytest benchmarks/speed

$(VENV)/.installed: pyproject.toml .ci/constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "benchbox needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(INSTALL) --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(INSTALL) --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) runs build dist .*_cache
