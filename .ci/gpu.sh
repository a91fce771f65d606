#!/usr/bin/env bash
# What only a GPU can show, in three parts of at most ten minutes: bash .ci/gpu.sh correct|speed|camvid
# Wheels of what the machine lacks, and data, may lie in .gpu/; results go to $OUT.
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
    correct | speed | camvid) ;;
    *) echo "usage: bash .ci/gpu.sh correct|speed|camvid" >&2 && exit 2 ;;
esac
export SEGBENCH_GPU="$1" OUT="${OUT:-$PWD/runs/gpu}" PYTHONPATH="$PWD" TQDM_DISABLE=1
mkdir -p "$OUT"
if [ -d .gpu/wheels ]; then
    python -m pip install -q --no-index --no-deps --find-links .gpu/wheels .gpu/wheels/*.whl
fi
python -m pip list 2>/dev/null | grep -iE '^(torch|torchvision|timm|accelerate|nbdev|fastcore) ' || true
status=0
nbdev_test --path nbs/tests/gpu.ipynb --flags cuda --n_workers 0 || status=$?
cat "$OUT/$1.json"
exit $status
