"Imports run downhill: a notebook imports lower floors, or its own without a circle; a model imports no model but `base`."

import ast
import json
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

floor = {}
uses = {}
for p in sorted(Path('nbs').glob('[0-9]*/*.ipynb')):
    cells = [
        ''.join(c['source']) for c in json.loads(p.read_text())['cells'] if c['cell_type'] == 'code'
    ]
    if not (name := re.search(r'#\|\s*default_exp\s+(\S+)', '\n'.join(cells))):
        continue
    trees = [ast.parse(c) for c in cells if re.match(r'#\|\s*exports?\b', c)]
    imports = [
        n.module
        for t in trees
        for n in ast.walk(t)
        if isinstance(n, ast.ImportFrom) and (n.module or '').startswith('segbench.')
    ]
    floor[name[1]] = int(p.parent.name.split('_')[0])
    uses[name[1]] = {m.removeprefix('segbench.') for m in imports}

bad = [
    f'{m} (floor {floor[m]}) imports {u} (floor {floor.get(u, "?")})'
    for m, us in uses.items()
    for u in us
    if floor.get(u, 99) > floor[m]
]
bad += [
    f'{m} imports its sibling {u}'
    for m, us in uses.items()
    for u in us
    if m.startswith('models.') and u.startswith('models.') and u != 'models.base'
]
try:
    TopologicalSorter(uses).prepare()
except CycleError as e:
    bad.append('circle: ' + ' -> '.join(e.args[1]))
sys.exit('\n'.join(bad) or 0)
