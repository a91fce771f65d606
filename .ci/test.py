"The rules of the house, then every notebook in a process of its own; ends with a count."

import argparse
import gc
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from configparser import ConfigParser
from pathlib import Path

from browser import chromium

root = Path(__file__).resolve().parents[1]
env = os.environ | dict(
    OMP_NUM_THREADS='1', TQDM_DISABLE='1', OPENCV_LOG_LEVEL='SILENT', PYTHONWARNINGS='ignore'
)
shared = (root / '../shared').exists()
# as many notebooks as cores, within the memory of a small machine
at_once = min(max(os.cpu_count() or 2, 2), 4)


def run(*words):
    "Exit status, seconds and output of a command."
    t = time.time()
    r = subprocess.run(
        words, cwd=root, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return r.returncode, time.time() - t, r.stdout


def exported():
    "The package is what the notebooks say."
    before = {p: p.read_bytes() for p in (root / 'segbench').rglob('*.py')}
    for p in before:
        p.unlink()
    code, secs, out = run('nbdev_export')
    after = {p: p.read_bytes() for p in (root / 'segbench').rglob('*.py')}
    differ = [
        str(p.relative_to(root)) for p in {**before, **after} if before.get(p) != after.get(p)
    ]
    return (
        code or bool(differ),
        secs,
        out + f'differ from their notebooks: {differ}; run make export',
    )


def unchanged(path, *words):
    "A command leaves `path` as it is."

    def files():
        return {
            p: p.read_bytes()
            for p in ([root / path] if (root / path).is_file() else (root / path).rglob('*.ipynb'))
            if p.exists()
        }

    before = files()
    code, secs, out = run(*words)
    differ = [str(p.relative_to(root)) for p, b in files().items() if before.get(p) != b]
    return code or bool(differ), secs, out + f'changed: {differ}; run make export'


def extras():
    "Every `segbench[NAME]` that a page or a message names is an extra that can be installed."
    ini = ConfigParser(delimiters=['='])
    ini.read(root / 'settings.ini', encoding='utf8')
    known = {key.removesuffix('_requirements') for key in ini['DEFAULT'] if '_requirements' in key}
    files = [root / 'README.md', root / 'CHANGELOG.md', *(root / 'nbs').rglob('*.ipynb')]
    named = {
        (name, str(file.relative_to(root)))
        for file in files
        for names in re.findall(r'segbench\[([\w,-]+)\]', file.read_text(encoding='utf8'))
        for name in names.split(',')
    }
    wrong = sorted((name, file) for name, file in named if name not in known)
    too_few = len(named) < 5  # the search itself must find something
    return bool(wrong) or too_few, 0, f'no extras in settings.ini: {wrong}; found {len(named)}'


def show(name, code, secs, out):
    "A line as soon as a result is there; what failed shows its output."
    # a test that compares files can say megabytes
    said = '\n'.join(line[:400] for line in out.splitlines()[-80:])
    print(
        f'{"FAILED" if code else "ok":7} {secs:6.1f} s  {name}' + (f'\n{said}' if code else ''),
        flush=True,
    )


def preload():
    "Import once what most notebooks import: five seconds that each fork then saves."
    modules = 'nbdev.test matplotlib.pyplot torchvision timm accelerate cv2 scipy.ndimage'
    for module in modules.split():
        importlib.import_module(module)
    # a fork's garbage collector need not go through all that, and copy its memory by doing so
    gc.freeze()


# Notebooks of half a minute or so on a quiet core, in the rooms that are tested last
long = """
6_engine/conversion 6_engine/deploy 6_engine/fit 8_commands/evaluate 8_commands/export
8_commands/sweep 8_commands/train tests/cases tests/contract tests/foreign tests/lab tests/pretend
tests/recipes tests/resume
""".split()


def short_name(nb):
    "The name of a notebook below `nbs`, without its ending."
    return str(nb.relative_to(root / 'nbs').with_suffix(''))


# They set variables that packages read while they are imported, which a fork has behind it
alone = ['6_engine/hub', '6_engine/trackers']


def start(nb, flags):
    "Test `nb` in a fork of this process. Its id and the file of its output."
    out = tempfile.TemporaryFile('w+')
    if pid := os.fork():
        return pid, out
    for stream in (1, 2):
        os.dup2(out.fileno(), stream)
    if short_name(nb) in alone:
        words = ['nbdev_test', '--path', str(nb), '--n_workers', '0', '--flags', flags]
        os.execvp(words[0], words)
    from nbdev.test import nbdev_test

    sys.exit(nbdev_test(str(nb), flags, 0))


def test(notebooks, flags):
    "Exit status, seconds and output of every notebook, by name."
    os.environ.update(env)
    os.chdir(root)
    preload()

    # what takes long goes first, or one core waits for another at the end
    waiting = sorted(notebooks, key=lambda nb: short_name(nb) not in long)
    running = {}
    results = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            nb = waiting.pop(0)
            pid, out = start(nb, flags)
            running[pid] = nb, time.time(), out
        pid, status = os.wait()
        nb, t, out = running.pop(pid)
        out.seek(0)
        name = str(nb.relative_to(root))
        results[name] = os.waitstatus_to_exitcode(status), time.time() - t, out.read()
        show(name, *results[name])
    return results


def can_pretend():
    "Whether this PyTorch lets Python answer for a device, as `pretend.py` does."
    from torch.utils import backend_registration

    return hasattr(backend_registration, '_setup_privateuseone_for_python_backend')


def cells(nb):
    return [
        ''.join(c['source'])
        for c in json.loads(nb.read_text())['cells']
        if c['cell_type'] == 'code'
    ]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--slow', action='store_true', help='run the slow cells, too')
    slow = p.parse_args().slow
    # a shell that starts this in the background lets Ctrl-C be ignored, which tests press
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    notebooks = sorted(
        n
        for n in (root / 'nbs').rglob('*.ipynb')
        if not any(part[0] in '._' for part in n.relative_to(root).parts)
    )
    house = {
        'package = notebooks': exported,
        'imports run downhill': lambda: run(sys.executable, '.ci/order.py'),
        'ruff format': lambda: run('ruff', 'format', '--check', 'nbs', '.ci'),
        'modules stand alone': lambda: run(
            *('ruff', 'check', '--isolated', '--select', 'F401,F811,F821,F822', 'segbench')
        ),
        'ruff check': lambda: run('ruff', 'check', 'nbs', '.ci'),
        'notebooks are clean': lambda: unchanged('nbs', 'nbdev_clean'),
        'extras exist': extras,
        'README = index': lambda: unchanged('README.md', sys.executable, '.ci/readme.py'),
    }
    t = time.time()
    results = {}
    for name, job in house.items():
        results[name] = job()
        show(name, *results[name])
    # what tests find out about their sets is not for the user's cache
    with tempfile.TemporaryDirectory() as cache:
        env['SEGBENCH_CACHE'] = cache
        results |= test(notebooks, 'slow' if slow else '')
    absent = tuple(
        start
        for start, there in (
            ('if (shared', shared),
            ('@in_lab', chromium),
            ('@elsewhere', can_pretend()),
        )
        if not there
    )
    left_out = sum(
        bool(re.search(r'^#\|\s*cuda' if slow else r'^#\|\s*(slow|cuda)', c, re.M))
        or c.startswith(absent)
        for n in notebooks
        for c in cells(n)
    )
    failed = [name for name, (code, _, _) in results.items() if code]
    for name in failed:
        print('failed:', name)
    by_time = sorted(results, key=lambda name: results[name][1], reverse=True)
    print('slowest:', ', '.join(f'{name} {results[name][1]:.0f} s' for name in by_time[:5]))
    print(
        'skipped are cells marked slow or cuda'
        + ('' if shared else ', and those on real files in ../shared, which is not there')
        + ('' if chromium else ', and those in a browser, since there is no chromium')
    )
    print(
        f'{len(results) - len(failed)} passed, {len(failed)} failed, {left_out} skipped '
        f'in {time.time() - t:.0f} s'
    )
    sys.exit(bool(failed))


if __name__ == '__main__':
    main()
