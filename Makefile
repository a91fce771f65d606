# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
bin := .venv/bin
export PATH := $(CURDIR)/$(bin):$(PATH)
demo := --data scenes --models fcn.fcn32s fcn.fcn16s fcn.fcn8s --backbones test_resnet --seeds 2 --epochs 8 --lr 4e-3 --ema .98 --eval-every 8 --loss ce+lovasz

.PHONY: demo test slow lab export clean
demo: .venv/run ## train three small networks twice each, leave a board
	@segbench sweep $(demo) --out runs/demo
	@segbench board runs/demo

test: .venv/dev ## everything CI runs
	@$(bin)/python .ci/test.py

slow: .venv/dev ## the slow cells, too
	@$(bin)/python .ci/test.py --slow

lab: .venv/dev ## JupyterLab on the first page
	@$(bin)/jupyter lab nbs/index.ipynb

export: .venv/dev ## notebooks to package, package to README
	@$(bin)/nbdev_export && $(bin)/nbdev_clean && $(bin)/python .ci/readme.py

.venv/run: setup.py settings.ini
	@test -x $(bin)/python || $(PYTHON) -m venv .venv
	@echo 'installing segbench into .venv; the first time takes a minute or two'
	@$(bin)/python -m pip install -q -e .
	@touch $@

.venv/dev: .venv/run
	@$(bin)/python -m pip install -q -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv
