"""Wrong words and damaged files for every command, each in a fork of a process that has PyTorch.

python .ci/fuzz.py                 every case, and a table of what became of them
python .ci/fuzz.py --some 150      some of them
python .ci/fuzz.py --case 1234     one case: what was done, what was said, what became of it
python .ci/fuzz.py --json FILE     keep the counts and the failures
"""

import argparse
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

os.environ |= dict(
    OMP_NUM_THREADS='1',
    TQDM_DISABLE='1',
    OPENCV_LOG_LEVEL='SILENT',
    PYTHONWARNINGS='ignore',
    MPLBACKEND='Agg',
)
import numpy as np
import psutil

limit = 20  # seconds that a case may take
memory = 3 << 30  # bytes that a case may add to what this process has
good = ('refused', 'equal', 'accepted', 'reported')
bad = ('traceback', 'silent', 'hang', 'half-written', 'no sentence', 'needless')


@dataclass
class Case:
    "One command on a copy of some of the world's folders, after one change."

    group: str
    words: list  # What follows `segbench`
    needs: tuple  # Folders of the world that are copied
    expect: str  # refuse, equal, either, or free: any result is right, only a crash is not
    change: callable = None  # Called in the copy, to damage something
    about: str = ''  # What is changed, in words
    like: list = None  # The command whose result is the right one; the same words by default


def start(words, folder, before=None, lines=256):
    "Run `segbench words` in a fork; returns its process id. What it says lies in `folder`.said."
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setsid()
        for number, name in ((1, 'out'), (2, 'err')):
            os.dup2(os.open(f'{folder}.{name}', os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout = open(1, 'w', encoding='utf8', closefd=False)
        sys.stderr = open(2, 'w', encoding='utf8', errors='backslashreplace', closefd=False)
        os.chdir(folder)
        held = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (held + memory,) * 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lines,) * 2)
        os.environ['SEGBENCH_CACHE'] = str(Path(folder).with_suffix('.cache'))
        sys.argv = ['segbench', *words]
        import torch

        torch.set_num_threads(
            1
        )  # threads that begin at once would lose PyTorch's pool after a fork
        from segbench.cli import main

        if before:
            before()
        try:
            main(list(words))
            status = 0
        except SystemExit as e:
            status = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
            if isinstance(e.code, str):
                print(e.code, file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def stuck(pid, gone):
    """Whether a process takes too long.

    It may compute for `limit` seconds, whoever else uses the machine.
    """
    if gone < limit:
        return False
    worked = sum(psutil.Process(pid).cpu_times()[:2])  # user and system, without children
    return worked > limit or worked < gone / 100 or gone > 8 * limit


def wait(running):
    """The next of the processes `running` that ended.

    Its id, its status or None if it had to be stopped.
    """
    while True:
        for pid, began in running.items():
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return pid, os.waitstatus_to_exitcode(status)
            if stuck(pid, time.monotonic() - began):
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return pid, None
        time.sleep(0.005)


def snapshot(folder):
    "What tells that a file below `folder` was written: its name, size, time and place on the disk."
    found = {}
    for path, folders, files in os.walk(folder):
        for name in folders + files:
            s = os.lstat(os.path.join(path, name))
            is_folder = os.path.isdir(os.path.join(path, name))
            where = os.path.relpath(os.path.join(path, name), folder)
            found[where] = is_folder or (s.st_size, s.st_mtime_ns, s.st_ino)
    return found


def clean(x):
    "Facts without those that differ from run to run."
    gone = {'seconds', 'images_per_s', 'memory', 'started', 'time'}
    if isinstance(x, dict):
        return {k: clean(v) for k, v in x.items() if k not in gone}
    return [clean(v) for v in x] if isinstance(x, list) else x


def digest(path):
    "What a file holds that matters, by its kind."
    data = path.read_bytes()
    if path.suffix == '.safetensors':
        from safetensors.numpy import load

        data = repr(
            [(k, hashlib.sha1(v).hexdigest()) for k, v in sorted(load(data).items())]
        ).encode()
    if path.suffix == '.npz':
        data = np.load(path)['counts'].tobytes()
    if path.suffix == '.json':
        data = json.dumps(clean(json.loads(data)), sort_keys=True).encode()
    if path.suffix == '.png':
        from PIL import Image

        data = np.asarray(Image.open(path)).tobytes()
    if path.suffix == '.u8':
        data = data[: json.loads(data.rpartition(b'\n')[2])['table']]
    return hashlib.sha1(data).hexdigest()


def result(words, folder, before, said):
    "What a command made: the files that it wrote, but for those that tell of time and place."
    kind = ' '.join(words[:2]) if words[0] == 'data' else words[0]
    lines = re.sub(r'\S*/fuzz-\w+/\d+', '', said).splitlines()
    if kind in ('data check', 'data list'):
        return lines
    if kind == 'bench':
        return [re.sub(r'p50.*|inside.*', '', line) for line in lines]
    if kind == 'data cache':
        return sorted(digest(p) for p in Path(folder).with_suffix('.cache').glob('decoded/*.u8'))
    ours = ('.safetensors', '.json', '.npz', '.png', '.html') if kind != 'board' else ('.html',)
    after = snapshot(folder)
    files = [p for p in after if after[p] != before.get(p) and Path(p).suffix in ours]
    if kind in ('train', 'sweep'):
        files = [p for p in files if p.endswith('last.safetensors')]
    files = [p for p in files if not p.endswith(('config.json', 'bench.json'))]
    found = [(Path(p).name, digest(Path(folder) / p)) for p in sorted(files)]
    return found + (lines if kind == 'board' else [])


# What libraries in C write about a damaged image, before it is refused
libraries = re.compile(
    r'Corrupt JPEG|Premature end of JPEG|Invalid |Unsupported |Not a JPEG|Bogus|Inconsistent '
    r'|Quantization|Huffman|Improper call|libpng|TIFF|\[ *(WARN|ERROR)|.*Warning|Cannot read'
    r'|Application transferred too few|JPEG |Sorry, '
)


def sentence(said):
    "Whether a command said one sentence, perhaps behind its usage."
    lines = [line for line in said.splitlines() if line.strip()]
    if said.startswith('usage:'):
        return 'error:' in lines[-1]
    lines = [line for line in lines if 'is left out' not in line and not libraries.match(line)]
    # a sweep says so when a run fails, goes on, and says it again at its end
    lines = [
        line for line in lines if not (line.startswith('failed: ') and 'segbench sweep' in said)
    ]
    return len(lines) == 1 and lines[0].startswith('segbench')


def judge(case, status, folder, before, out, err, right):
    "What became of a case."
    if status is None:
        return 'hang'
    if 'Traceback' in err or 'Traceback' in out or status not in (0, 1, 2):
        return 'traceback'
    if status == 2:
        if not sentence(err):
            return 'no sentence'
        if snapshot(folder) != before:
            # it diverged later, or a tracker does not answer: the run is whole, and goes on
            begun = 'start again with' in err or 'correct this and resume with' in err
            started = begun and case.group == 'flags'
            if not started:
                return 'half-written'
        return 'needless' if case.expect == 'equal' else 'refused'
    if status == 1:
        if case.words[:2] != ['data', 'check'] or ' problems; chart in' not in out:
            return 'traceback'
        return 'reported'
    if case.expect == 'free':
        return 'accepted'
    if case.expect == 'refuse':
        return 'silent'
    try:
        found = result(case.words, folder, before, out)
    except Exception:
        return 'silent'
    if found == right:
        return 'equal'
    return 'reported' if re.search(r'is left out|are left out', out + err) else 'silent'


class World:
    "Folders that cases get copies of, and what commands make of them when nothing is changed."

    def __init__(self):
        base = '/dev/shm' if os.path.isdir('/dev/shm') else None
        self.home = Path(tempfile.mkdtemp(prefix='fuzz-', dir=base))
        self.rights = {}
        self.made = self.home / 'world'
        os.environ['HOME'] = str(self.home / 'nobody')
        os.environ['HF_HUB_OFFLINE'] = '1'  # else its client tries for half a minute
        import fuzz_world

        fuzz_world.load_everything()
        fuzz_world.warm(self.home / 'warm')
        fuzz_world.build(self)

    def run(self, words, folder, before=None):
        "Status, output and errors of a command."
        status = wait({start(words, folder, before): time.monotonic()})[1]
        return status, *self.said(folder)

    def said(self, folder):
        def read(name):
            return Path(f'{folder}.{name}').read_bytes().decode('utf8', 'replace')

        return read('out'), read('err')

    def copy(self, needs, name):
        "A copy of the folders `needs` for one case."
        folder = self.home / name
        for f in (folder, folder.with_suffix('.cache')):
            shutil.rmtree(f, ignore_errors=True)
        folder.mkdir()
        for need in needs:
            (folder / need).parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(self.made / need, folder / need, symlinks=True)
            if need in ('set', 'runs'):
                os.mkfifo(folder / need / 'pipe')  # stands for every device
        return folder

    def right(self, case):
        "The result of a case's command when nothing is changed."
        words = case.like or case.words
        key = json.dumps([words, case.needs])
        if key not in self.rights:
            folder = self.copy(case.needs, str(10**9 + len(self.rights)))
            before = snapshot(folder)
            status, out, err = self.run(words, folder)
            if status not in (0, 1):
                raise RuntimeError(f'{words} ended with {status}: {err}')
            self.rights[key] = result(words, folder, before, out)
            for f in (folder, folder.with_suffix('.cache')):
                shutil.rmtree(f, ignore_errors=True)
        return self.rights[key]

    def begin(self, number, case):
        "Copy, change and start a case."
        folder = self.copy(case.needs, str(number))
        if case.change:
            case.change(folder)
        before = snapshot(folder)
        return start(case.words, folder), folder, before

    def end(self, case, status, folder, before, right):
        out, err = self.said(folder)
        found = judge(case, status, folder, before, out, err, right)
        shutil.rmtree(folder, ignore_errors=True)
        for end in ('cache', 'out', 'err'):
            p = folder.with_suffix(f'.{end}')
            shutil.rmtree(p, ignore_errors=True)
            p.unlink(missing_ok=True)
        return found, out, err

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


def run_all(world, cases, at_once=1, show=False):
    "The outcome of each of `cases`, a dictionary by number, with what was said."
    waiting = list(cases.items())
    running = {}
    outcomes = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            number, case = waiting.pop(0)
            try:
                right = world.right(case) if case.expect in ('equal', 'either') else None
            except RuntimeError as e:
                outcomes[number] = 'traceback', '', f'without a change: {e}'
                continue
            try:
                pid, folder, before = world.begin(number, case)
            except Exception as e:
                outcomes[number] = 'traceback', '', f'the change itself failed: {e!r}'
                continue
            running[pid] = number, folder, before, right, time.monotonic()
        if not running:
            continue
        pid, status = wait({p: r[-1] for p, r in running.items()})
        number, folder, before, right, _ = running.pop(pid)
        outcomes[number] = world.end(cases[number], status, folder, before, right)
        if show and outcomes[number][0] in bad:
            case = cases[number]
            last = (outcomes[number][2].strip().splitlines() or [''])[-1]
            print(f'{number:5} {outcomes[number][0]:12} {said(case)}  |  {last[:160]}', flush=True)
    return dict(sorted(outcomes.items()))


def said(case):
    "A case in a line."
    words = ' '.join(
        w if re.fullmatch(r'[\w./,=-]+', w) else ascii(w) for w in map(str, case.words)
    )
    return f'[{case.group}] {words[:300]}' + f'  # {case.about}' * bool(case.about)


def table(outcomes, cases):
    "Counts by group and outcome, as rows."
    groups = list(dict.fromkeys(c.group for c in cases.values()))
    count = Counter((cases[n].group, o[0]) for n, o in outcomes.items())
    shown = [k for k in good + bad]
    rows = [['group', 'cases', *shown]]
    for g in groups:
        numbers = [count[g, k] for k in shown]
        rows.append([g, sum(numbers), *numbers])
    rows.append(['all', *(sum(r[k] for r in rows[1:]) for k in range(1, len(rows[0])))])
    return rows


def as_text(rows):
    "The rows, aligned."
    wide = [max(len(str(r[k])) for r in rows) for k in range(len(rows[0]))]

    def line(r):
        return '  '.join(
            str(v).rjust(w) if k else str(v).ljust(w) for k, (v, w) in enumerate(zip(r, wide))
        )

    return '\n'.join(map(line, rows))


share = {
    'flags': 0.3,
    'images': 0.17,
    'config.json': 0.17,
    'run files': 0.13,
    'notes': 0.14,
    'weights': 0.09,
}


def chosen(cases, n, seed=0):
    "About `n` of the cases, so many of each group as its share says; the same for the same seed."
    numbers = []
    for g, s in share.items():
        own = [k for k, c in cases.items() if c.group == g]
        numbers += random.Random(f'{seed} {g}').sample(own, min(len(own), round(n * s)))
    return {k: cases[k] for k in sorted(numbers)}


def commit():
    "The commit of the package that is tried, with a mark if files differ from it."
    import segbench

    at = dict(cwd=Path(segbench.__file__).parent, capture_output=True, text=True)
    name = subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], **at).stdout.strip()
    return name + '+' * bool(subprocess.run(['git', 'status', '--porcelain', '.'], **at).stdout)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument('--some', type=int, help='so many of the cases')
    p.add_argument('--case', type=int, nargs='+', help='these alone, with all that was said')
    p.add_argument('--group', nargs='+', help='the cases of these groups')
    p.add_argument('--seed', type=int, default=0)
    p.add_argument('--at-once', type=int, default=1)
    p.add_argument('--list', action='store_true', help='say the cases and stop')
    p.add_argument('--json', help='file for counts and failures')
    a = p.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    import fuzz_cases

    cases = dict(enumerate(fuzz_cases.every()))
    if a.case:
        cases = {k: cases[k] for k in a.case}
    if a.some:
        cases = chosen(cases, a.some, a.seed)
    if a.group:
        cases = {k: c for k, c in cases.items() if c.group in a.group}
    if a.list:
        for k, c in cases.items():
            print(k, c.expect, said(c))
        return print(Counter(c.group for c in cases.values()), len(cases))
    world = World()
    began = time.monotonic()
    print(f'the world is made after {time.monotonic() - began:.0f} s', flush=True)
    began = time.monotonic()
    try:
        outcomes = run_all(world, cases, a.at_once, len(cases) > 8)
    finally:
        world.close()
    for k in (a.case or []) if len(a.case or []) < 9 else []:
        print(
            k,
            said(cases[k]),
            f'expected: {cases[k].expect}; {outcomes[k][0]}',
            *outcomes[k][1:],
            sep='\n',
        )
    rows = table(outcomes, cases)
    took = time.monotonic() - began
    print(as_text(rows))
    print(f'{len(cases)} cases in {took:.0f} s on {commit()}')
    if a.json:
        failed = {k: [outcomes[k][0], said(cases[k])] for k in outcomes if outcomes[k][0] in bad}
        facts = dict(commit=commit(), seed=a.seed, seconds=round(took), rows=rows, failed=failed)
        Path(a.json).write_text(json.dumps(facts, indent=1, ensure_ascii=True) + '\n')
    return sum(o[0] in bad for o in outcomes.values())


if __name__ == '__main__':
    sys.modules['fuzz'] = sys.modules['__main__']
    sys.exit(bool(main()))
