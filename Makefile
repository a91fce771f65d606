# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
# The versions that CI ran with, so that what works today works tomorrow; `make test-newest` goes without.
CONSTRAINTS ?= .ci/constraints.txt
bin := $(VENV)/bin
export PATH := $(CURDIR)/$(bin):$(PATH)
pip := $(bin)/python -m pip install -q $(addprefix -c ,$(CONSTRAINTS))
demo := --data scenes --models fcn.fcn32s fcn.fcn16s fcn.fcn8s --backbones test_resnet --seeds 2 --epochs 8 --lr 4e-3 --ema .98 --eval-every 8 --loss ce+lovasz

.PHONY: demo test test-newest test-oldest slow lab docs export constraints clean
demo: $(VENV)/run ## train three small networks twice each, leave a board
	@segbench sweep $(demo) --out runs/demo
	@segbench board runs/demo

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
	@test -x $(bin)/python || $(PYTHON) -m venv $(VENV)
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
