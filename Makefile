# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
# The versions that CI ran with, so that what works today works tomorrow; `make test-newest` goes without.
CONSTRAINTS ?= .ci/constraints.txt
bin := $(VENV)/bin
export PATH := $(CURDIR)/$(bin):$(PATH)
pip := $(bin)/python -m pip install -q $(addprefix -c ,$(CONSTRAINTS))
demo := --data 'scenes(size=(96,128))' --models fcn.fcn32s fcn.fcn16s fcn.fcn8s --backbones test_resnet --seeds 2 --epochs 6 --lr 4e-3 --ema .98 --eval-every 6 --loss 'ce+lovasz(step=2)'
# one training per core, so that the digits do not depend on the number of cores
JOBS ?= $(shell $(PYTHON) -c 'import os; print(min(6, os.cpu_count() or 1))')

.PHONY: demo test test-newest test-oldest slow lab docs export constraints clean
demo: $(VENV)/run ## train three small networks twice each, leave a board
	@OMP_NUM_THREADS=1 segbench sweep $(demo) --jobs $(JOBS) --out runs/demo
	@segbench board runs/demo > runs/demo/board.txt && tail -n 1 runs/demo/board.txt

test: $(VENV)/dev ## everything CI runs
	@$(bin)/python .ci/test.py

test-newest: ## the same with whatever is newest today
	@$(MAKE) test VENV=.venv-newest CONSTRAINTS=

test-oldest: ## the same with the oldest PyTorch that segbench supports
	@$(MAKE) test VENV=.venv-oldest CONSTRAINTS=.ci/oldest.txt

slow: $(VENV)/dev ## the slow cells, too
	@$(bin)/python .ci/test.py --slow

lab: $(VENV)/dev ## JupyterLab on the first page
	@$(bin)/jupyter lab nbs/index.ipynb

docs: $(VENV)/docs ## the notebooks as a site, in _docs/site
	@$(bin)/python .ci/docs.py

export: $(VENV)/dev ## notebooks to package, package to README
	@$(bin)/nbdev_export && $(bin)/nbdev_clean && $(bin)/python .ci/readme.py

constraints: ## write down the versions of .venv-newest, once its tests have passed
	@.venv-newest/bin/python .ci/freeze.py > .ci/constraints.txt

$(VENV)/run: setup.py settings.ini $(CONSTRAINTS)
	@$(bin)/python -m pip --version > /dev/null 2>&1 || { $(PYTHON) .ci/python.py && $(PYTHON) -m venv $(VENV); }
	@echo 'installing segbench into $(VENV); the first time takes a minute or two'
	@$(pip) -e .
	@touch $@

$(VENV)/dev: $(VENV)/run
	@$(pip) -e '.[dev]'
	@touch $@

$(VENV)/docs: $(VENV)/dev
	@$(pip) -e '.[dev,docs]'
	@touch $@

clean:
	rm -rf .venv .venv-newest .venv-oldest
