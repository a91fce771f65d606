"""Imports run downhill: a room imports rooms below it, a module its neighbours without a circle.

`python .ci/order.py` prints what imports what, floor by floor; exit status 1 names what climbs.
"""

import ast
import json
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

MOST_AT_TOP = 25  # what `ls segbench` shows can still be read at a glance


def exported(notebook: Path):
    "The module that `notebook` exports and the modules of ours that it imports, also in functions."
    cells = json.loads(notebook.read_text(encoding='utf8'))['cells']
    code = [''.join(c['source']) for c in cells if c['cell_type'] == 'code']
    module = re.search(r'#\|\s*default_exp\s+(\S+)', '\n'.join(code))
    if not module:
        return None, set()
    uses = set()
    for source in code:
        if not re.match(r'#\|\s*exports?\b', source):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('segbench.'):
                uses.add(node.module.removeprefix('segbench.'))
    return module[1], uses


def room(module: str) -> str:
    "The folder of a module; commands lie at the top of the package."
    return module.partition('.')[0] if '.' in module else 'commands'


def main():
    floor = {}
    uses = {}
    for notebook in sorted(Path('nbs').glob('[0-9]_*/**/*.ipynb')):
        module, imported = exported(notebook)
        if module:
            floor[module] = int(notebook.relative_to('nbs').parts[0].split('_')[0])
            uses[module] = imported

    bad = []
    for module, imported in uses.items():
        for other in imported:
            if other not in floor:
                bad.append(f'{module} imports {other}, which no notebook exports')
            elif floor[other] > floor[module]:
                bad.append(f'{module} (floor {floor[module]}) imports {other} ({floor[other]})')
            if {room(module), room(other)} == {'models'} and other != 'models.base':
                bad.append(f'{module} imports {other}: a model is one notebook')
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as e:
        bad.append('circle: ' + ' -> '.join(e.args[1]))

    rooms = {room(m): floor[m] for m in floor}
    for name, number in sorted(rooms.items(), key=lambda item: item[1]):
        modules = [m for m in uses if room(m) == name]
        below = {room(other) for m in modules for other in uses[m]} - {name}
        below = sorted(below, key=lambda r: rooms.get(r, 99))
        print(f'{number} {name:9} {len(modules):2} modules  imports {" ".join(below) or "nothing"}')
    top = len(rooms) - 1 + sum(room(m) == 'commands' for m in floor)
    print(f'{top} names at the top of the package')
    if top > MOST_AT_TOP:
        bad.append(f'{top} names at the top of the package are more than {MOST_AT_TOP}')
    sys.exit('\n'.join(bad) or 0)


if __name__ == '__main__':
    main()
