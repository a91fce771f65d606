"""What another commit does with the cases of nbs/tests/cases.ipynb.

PYTHONPATH=CHECKOUT python .ci/cases_before.py COMMIT
"""

import ast
import contextlib
import io
import json
import os
import sys
from pathlib import Path

top = Path(__file__).resolve().parents[1]
commit = sys.argv[1]
only = sys.argv[2:]
os.chdir(top / 'nbs/tests')


def statements(cell):
    "The statements of a cell, but for its tests: assertions, and calls that stand alone."
    for s in ast.parse(cell).body:
        if not isinstance(s, (ast.Assert, ast.Expr)):
            yield ast.Module([s], [])


space = {}
for c in json.loads(Path('cases.ipynb').read_text())['cells']:
    if c['cell_type'] != 'code':
        continue
    for s in statements(''.join(c['source'])):
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(compile(s, c['id'], 'exec'), space)
            except Exception as e:
                print(f'left out: {ast.unparse(s)[:70]!r}: {e}', file=sys.stderr)
import segbench

assert top not in Path(segbench.__file__).parents, 'this is the commit itself'
did = {what: a['did'][:100] for what, a in space['cases'].items() if not a['before']}
Path('cases_before.json').write_text(
    json.dumps(dict(commit=commit, did=did), indent=1, ensure_ascii=False) + '\n'
)
