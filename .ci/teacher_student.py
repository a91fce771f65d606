"""What a teacher is worth on CamVid with the labels of a quarter of its images.

Trains what is missing in runs/teacher_student, in about an hour and a half of one core.
Configuration, log and scores are kept in nbs/tutorials/teacher_student, without weights and
images; nbs/tutorials/teacher_student.ipynb reads them and says what is what.

    python .ci/teacher_student.py
"""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

from kept import keep_run

root = Path(__file__).resolve().parents[1]
kept = root / 'nbs/tutorials/teacher_student'
place = root / 'runs/teacher_student'  # where all commands are run
weights = root / '../shared/weights'

common = (
    'segbench train --data folder --crop 128x160 --scale .6 1.6 --head-lr 3e-3 --loss ce+lovasz '
    '--class-weights sqrt --ema .99 --eval-every 1000 --log-with none'
)
teacher = (
    f'{common} --root half --backbone mobilenetv2_100 --pretrained mobilenet_v2_imagenet.pth '
    '--steps 1000 --seed 0'
)
student = (
    f"{common} --model 'lite(nf=32,fine=16)' --backbone mobilenetv3_small_100 "
    '--pretrained mobilenet_v3_small_imagenet.pth --steps 1200'
)
arms = {
    'alone': '--root half',
    'both': '--root both',
    'taught': '--root both --teacher runs/teacher',
}
seeds = {'alone': 5, 'both': 5, 'taught': 3}
thresholds = (0.5, 0.7, 0.9, 0.99)  # for the table; the labels of `both` are those of 0.7


def halved(pairs, i):
    "Image `i` of `pairs` and its label, at half their height and width, as arrays."
    import cv2

    from segbench.core.show import to_array

    image, label = pairs[i]
    small = cv2.resize(to_array(image), (240, 180), interpolation=cv2.INTER_AREA)
    return small, label.numpy()[::2, ::2]


def choose_labelled(names):
    "Numbers of the 92 images that have labels: evenly from one drive."
    import numpy as np

    drive = [k for k, name in enumerate(names) if name.startswith('0016E5')]
    return {drive[round(k)] for k in np.linspace(0, len(drive) - 1, 92)}


def make_half():
    "CamVid at half its size, with labels for 92 of the training images."
    from PIL import Image

    import segbench as sb

    half = place / 'half'
    for split in ('train', 'val', 'test'):
        pairs = sb.camvid(root / '../shared/data', split)
        names = [Path(pairs.paths(i)[0]).stem for i in range(len(pairs))]
        labelled = choose_labelled(names) if split == 'train' else range(len(pairs))
        for i, name in enumerate(names):
            image, label = halved(pairs, i)
            to = split if i in labelled else 'rest'
            for kind, array in dict(images=image, labels=label).items():
                # the labels of `rest` are for the table alone: no training sees them
                folder = 'truth' if (kind, to) == ('labels', 'rest') else kind
                file = half / folder / to / f'{name}.png'
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array).save(file)
    (half / 'classes.txt').write_text('\n'.join(pairs.classes))


def make_both():
    "The set `half` whose other training images have labels by the teacher."
    half, both = place / 'half', place / 'both'
    for kind in ('images', 'labels'):
        for split in ('train', 'val'):
            shutil.copytree(half / kind / split, both / kind / split, dirs_exist_ok=True)
    shutil.copytree(half / 'images/rest', both / 'images/train', dirs_exist_ok=True)
    shutil.copytree(place / 'maps-0.7', both / 'labels/train', dirs_exist_ok=True)
    shutil.copy(half / 'classes.txt', both)


def count_labelled(folder):
    "Share of the pixels of `rest` that the maps in `folder` label, and of these, that are right."
    import numpy as np
    from PIL import Image

    n = labelled = right = 0
    for file in (place / 'half/truth/rest').glob('*.png'):
        true = np.asarray(Image.open(file))
        told = np.asarray(Image.open(folder / file.name))[true < 255]
        true = true[true < 255]
        n += true.size
        labelled += int((told < 255).sum())
        right += int((told == true).sum())
    return dict(kept=labelled / n, right=right / labelled)


def call(command):
    "Run a command of the shell in the folder of the experiment."
    print(command, flush=True)
    subprocess.run(shlex.split(command), cwd=place, check=True)


def train(name, command):
    "Train, or go on with it, and score what is not scored yet; keep its figures."
    run = place / 'runs' / name
    if not any((run / 'eval').glob('half*-test-whole.json')):
        call(f'{command} --resume auto --out runs/{name}')
        call(f'segbench eval runs/{name} --data folder --root half --split test --weights last')
    keep_run(run, kept / name, 'half*-test-whole.*')


def predict_rest(least):
    "The folder of maps of `rest`, void where the teacher is less sure than `least`."
    maps = place / f'maps-{least}'
    if len([*maps.glob('*.png')]) < len([*(place / 'half/images/rest').iterdir()]):
        call(
            f'segbench predict runs/teacher half/images/rest --out {maps.name} '
            f'--void-below {least} --flip --bs 8 --overwrite'
        )
    return maps


def main():
    place.mkdir(parents=True, exist_ok=True)
    for name in ('mobilenet_v2_imagenet.pth', 'mobilenet_v3_small_imagenet.pth'):
        if not (place / name).exists():
            os.symlink((weights / name).resolve(), place / name)
    if not (place / 'half/classes.txt').exists():
        make_half()
    train('teacher', teacher)
    found = {least: count_labelled(predict_rest(least)) for least in thresholds}
    (kept / 'kept.json').write_text(json.dumps(found, indent=1) + '\n')
    if not (place / 'both/classes.txt').exists():
        make_both()
    for arm, flags in arms.items():
        for seed in range(1, seeds[arm] + 1):
            train(f'{arm}-{seed}', f'{student} {flags} --seed {seed}')


if __name__ == '__main__':
    main()
