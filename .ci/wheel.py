"""What somebody gets who installs segbench without the repository, tried out.

`python .ci/wheel.py` builds the source distribution and from it the wheel, installs the wheel in an
environment of its own, and runs the commands of the front page and of the tutorials there, in an
empty folder. What needs data, a network or several machines is listed with the reason.
`--packages VENV` takes all other packages from an environment that has them, which is quick.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

root = Path(__file__).resolve().parents[1]

# Small data and short trainings for the commands below: what they are called in them stays.
page = (root / 'README.md').read_text(encoding='utf8')
mynet = re.search(r'```python\n(import segbench as sb\nfrom .*?)```', page, re.S)[1]
prepare = """

from pathlib import Path
from PIL import Image
import segbench as sb

for split, n in dict(train=12, val=4).items():
    pairs = sb.scenes(split=split, n=n, size=(64, 80))
    for i, (image, label) in enumerate(pairs):
        for kind, array in dict(images=image.permute(1, 2, 0), labels=label).items():
            file = Path('mine', kind, split, f'street_{i:02}.png')
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(array.numpy()).save(file)
Path('mine/classes.txt').write_text(chr(10).join(pairs.classes) + chr(10))
Image.fromarray(pairs[0][0].permute(1, 2, 0).numpy()).save('photo.jpg')
Path('mynet.py').write_text(mynet)
run = sb.example_run()
assert run.exists() and run.is_finished(), run
"""
# Commands that have no place in a page, and what they must say
always = {
    'segbench --help': 'segbench sweep',
    'segbench --version': 'segbench ',
    'segbench train --steps 3 --bs 4 --model lite(nf=16,fine=8) --backbone test_resnet '
    '--data scenes(n=8,size=(48,64)) --out runs/first': 'mIoU',
    'segbench predict runs/first photo.jpg --overlay': '',
    'segbench sweep --models fcn.fcn32s --backbones test_resnet --seeds 2 --jobs 2 --steps 3 '
    '--bs 4 --data scenes(n=8,size=(48,64)) --out runs/two': 'seeds',
    'segbench board runs': 'place',
    'segbench serve --help': 'RUN',
}
# Why a line of a page is not run here; the first that is found in it counts
reasons = {
    r'…|predict run |sweep --like': 'a part of a command, or of a longer story',
    r'camvid|cityscapes|espnet': 'needs a data set or weights that cannot be given along',
    r'hf:|push|weights get|--pretrained imagenet': 'needs the network',
    r'accelerate launch|torchrun|sbatch': 'needs several GPUs or machines',
    r'annotations\.xml|import export': 'needs an export of an annotation tool',
    r'^segbench serve': 'runs until it is stopped',
    r'^pip': 'done above',
}


# What a command says of a file or folder that is not there: it was called rightly
absent = (
    r'there is no|is (no|not a) (folder|file)|is not (a run|there)|no such file|no image'
    r'|no scored runs'
)


def lines_of(notebook: Path):
    "The shell lines of the pages, as they are written, without remarks."
    for cell in json.loads(notebook.read_text(encoding='utf8'))['cells']:
        if cell['cell_type'] != 'markdown':
            continue
        text = re.sub(r'\\\n\s*', '', ''.join(cell['source']))
        for line in text.splitlines():
            fenced = re.match(r'(?:    |\$ )?(segbench|pip|accelerate|torchrun) [^`.]*\S', line)
            if fenced and not line.rstrip().endswith(('.', ':')):
                yield re.split(r'\s{3,}|\s+#', line.strip())[0]


def shorten(line: str) -> list[str]:
    "The words of a command; of a training, three steps."
    words = shlex.split(re.sub(r' --epochs \S+', '', line))
    return words + ('--steps 3 --bs 4'.split() if words[1] in ('train', 'sweep') else [])


class Elsewhere:
    "An environment with the wheel, and an empty folder where its commands run."

    def __init__(self, wheel: Path, folder: Path, packages: 'Path | None'):
        venv.create(folder / 'venv', with_pip=True)
        self.bin = folder / 'venv' / ('Scripts' if os.name == 'nt' else 'bin')
        self.work = folder / 'work'
        self.work.mkdir()
        self.env = {k: v for k, v in os.environ.items() if k not in ('PYTHONPATH', 'VIRTUAL_ENV')}
        self.env |= dict(PATH=f'{self.bin}{os.pathsep}{os.environ["PATH"]}')
        self.env |= dict(SEGBENCH_CACHE=str(folder / 'cache'), PYTHONWARNINGS='ignore')
        install = ['python', '-m', 'pip', 'install', '-q']
        if packages:
            found = sorted(packages.glob('lib/python*/site-packages'))[0]
            here = sorted(self.bin.parent.glob('lib/python*/site-packages'))[0]
            (here / 'others.pth').write_text(f'{found}\n')
            install.append('--no-deps')
        else:
            install += ['-c', str(root / '.ci/constraints.txt')]
        self.install = install
        self.run([*install, str(wheel)])

    def call(self, words: list[str]) -> tuple[int, str]:
        "Exit status of a command, and what it says."
        program = self.bin / words[0]
        known = str(program) if program.exists() else words[0]
        done = subprocess.run(
            [known, *words[1:]],
            cwd=self.work,
            env=self.env,
            text=True,
            encoding='utf8',
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return done.returncode, done.stdout

    def run(self, words: list[str]) -> str:
        "What a command says; an error if it fails."
        status, said = self.call(words)
        if status:
            sys.exit(f'{shlex.join(words)}\nended with {status}:\n{said[-3000:]}')
        return said


def build(folder: Path) -> Path:
    "The wheel that is built from the source distribution that is built from the repository."
    words = [sys.executable, '-m', 'build', '-q', '-o', str(folder), str(root)]
    if subprocess.run(words).returncode:
        sys.exit('cannot be built; pip install build installs the builder')
    return next(folder.glob('*.whl'))


def try_pages(there: Elsewhere, prepared: Path, wanted: list[str]) -> int:
    """Run the lines of the front page and of each tutorial that can run, in folders as `prepared`.

    How many failed.
    """
    left_out = {}
    failed = 0
    for notebook in [root / 'nbs/index.ipynb', *sorted(root.glob('nbs/tutorials/*.ipynb'))]:
        if wanted and notebook.stem not in wanted:
            continue
        there.work = Path(shutil.copytree(prepared, prepared.with_name(f'page_{notebook.stem}')))
        for line in dict.fromkeys(lines_of(notebook)):
            why = next((w for sign, w in reasons.items() if re.search(sign, line)), None)
            if why:
                left_out.setdefault(why, []).append(f'{notebook.stem}: {line}')
                continue
            status, said = there.call(shorten(line))
            sentence = said.strip().splitlines()[-1] if said.strip() else ''
            if status == 2 and re.search(absent, sentence):
                why = 'needs what its notebook makes'
                left_out.setdefault(why, []).append(f'{notebook.stem}: {line}')
            elif status:
                failed += 1
                print(f'FAILED  {notebook.stem}: {line}\nended with {status}:\n{said[-3000:]}')
            else:
                print(f'ok      {notebook.stem}: {line}', flush=True)
    for why, lines in left_out.items():
        print(f'not run, because it {why}' if why.startswith('needs') else f'not run: {why}')
        print(*(f'        {line}' for line in lines), sep='\n')
    return failed


def try_notebooks(there: Elsewhere, wheel: Path, folder: Path):
    "Test notebooks of the source distribution with the package as it is installed."
    there.run([*there.install, f'{wheel}[dev]'])
    print("ok      pip install 'segbench[dev]'", flush=True)
    source = next(wheel.parent.glob('*.tar.gz'))
    shutil.unpack_archive(source, folder / 'source')
    (there.work,) = (folder / 'source').iterdir()
    shutil.rmtree(there.work / 'segbench')  # the installed one is meant
    for room in ('0_core', '4_metrics'):
        there.run(['nbdev_test', '--path', f'nbs/{room}', '--n_workers', '0'])
        print(f'ok      nbdev_test --path nbs/{room}', flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--packages', type=Path, help='an environment to take other packages from')
    p.add_argument('--dev', action='store_true', help="test notebooks with 'segbench[dev]', too")
    p.add_argument('--pages', nargs='+', default=[], help='tutorials to try, by name; all if none')
    asked = p.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)
        wheel = build(folder / 'dist')
        there = Elsewhere(wheel, folder, asked.packages)
        there.run(['python', '-c', f'mynet = {mynet!r}\n{prepare}'])
        prepared = Path(shutil.copytree(there.work, folder / 'prepared'))
        for line, said in always.items():
            words = line.split()
            answer = there.run(words)
            if said not in answer:
                sys.exit(f'{line}\ndoes not say {said!r}:\n{answer[-2000:]}')
            print(f'ok      {line}', flush=True)
        config = json.loads((there.work / 'runs/first/config.json').read_text(encoding='utf8'))
        version = re.search(r'-([^-]+)-py3', wheel.name)[1]
        if config['versions'].get('segbench') != version:
            sys.exit(f'{version} is not the version in config.json: {config["versions"]}')
        there.run([*there.install, f'{wheel}[onnx]'])
        failed = try_pages(there, prepared, asked.pages)
        if asked.dev:
            try_notebooks(there, wheel, folder)
    if failed:
        sys.exit(f'{failed} commands failed')


if __name__ == '__main__':
    main()
