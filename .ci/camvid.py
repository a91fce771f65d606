"""The CamVid benchmark: one budget for every network, trained over as many sittings as it takes.

What is missing is trained in runs/camvid-benchmark; configuration, log and scores of what is done
are kept in nbs/results/camvid, without weights and images. nbs/results/camvid.ipynb reads them.

    python .ci/camvid.py                 what is there, and what is missing
    python .ci/camvid.py --train --at-once 2
    python .ci/camvid.py --speed         latency of each network that is kept, on a quiet machine
    python .ci/camvid.py --images        what the networks make of the easiest and hardest images
"""

import argparse
import json
import os
import shlex
from pathlib import Path

from kept import keep_run

root = Path(__file__).resolve().parents[1]
kept = root / 'nbs/results/camvid'
runs = Path('runs/camvid-benchmark')
weights = Path('../shared/weights')

# The budget, decided before the first run and the same for all
budget = (
    '--data camvid --root ../shared/data --crop 192x256 --scale .5 1.5 --epochs 10 --bs 8 '
    '--lr 5e-4 --head-lr 2e-3 --class-weights sqrt --ema .99 --precision bf16 --eval-every 10'
)
encoders = {
    'mobilenetv2_100': 'mobilenet_v2_imagenet.pth',
    'resnet18': 'resnet18_imagenet_encoder.pth',
    'tf_efficientnet_lite0': 'tf_efficientnet_lite0_imagenet.pth',
    'vgg16': 'vgg16_features_imagenet.pth',
}
# Network and encoder. The wide ones are narrowed, so that a run stays below half an hour of a core.
networks = [
    ('lite', 'mobilenetv2_100'),
    ('deeplab.lraspp', 'mobilenetv2_100'),
    ('gcn', 'resnet18'),
    ('bisenet', 'resnet18'),
    ('glore', 'resnet18'),
    ('unet', 'resnet18'),
    ('deeplab.v3plus', 'resnet18'),
    ('duc', 'resnet18'),
    ('denseaspp', 'resnet18'),
    ('danet', 'resnet18'),
    ('unet', 'tf_efficientnet_lite0'),
    ('pspnet', 'resnet18'),
    ('upernet(width=128)', 'resnet18'),
    ('refinenet(nf=64)', 'resnet18'),
    ('fcn.fcn8s', 'vgg16'),
    ('segnet', 'vgg16'),
]
from_scratch = [networks[0], networks[5], networks[6]]


def folder_name(model, encoder, seed, scratch=False):
    "A name without what a shell would read."
    plain = model.replace('(', '-').replace(')', '').replace('=', '')
    return f'{plain}-{encoder}-{"scratch-" if scratch else ""}{seed}'


def train_words(model, encoder, seed, scratch=False):
    "The command of one run, and its name."
    name = folder_name(model, encoder, seed, scratch)
    words = ['segbench', 'train', '--model', model, '--backbone', encoder]
    if not scratch:
        words += ['--pretrained', str(weights / encoders[encoder])]
    words += [*budget.split(), '--seed', str(seed), '--out', str(runs / name)]
    return name, words


def val_miou(name):
    "The mIoU on the validation images at the end of a kept run."
    last = (kept / name / 'log.jsonl').read_text().splitlines()[-1]
    return json.loads(last)['miou']


def planned():
    """Name and command of every run, in the order in which they are trained.

    Two seeds of all, two of three networks from random weights, then a third seed of the four that
    are best on the validation images, which is known once the others are done.
    """
    jobs = [train_words(*net, seed) for seed in (42, 43) for net in networks]
    jobs += [train_words(*net, seed, scratch=True) for seed in (42, 43) for net in from_scratch]
    # one with VGG16 takes as long as three others
    jobs.sort(key=lambda job: 'vgg16' in job[0])
    if all((kept / name).exists() for name, _ in jobs):

        def on_val(net):
            return sum(val_miou(folder_name(*net, seed)) for seed in (42, 43))

        best = sorted(networks, key=on_val, reverse=True)[:4]
        jobs += [train_words(*net, 44) for net in best]
    return jobs


def train_one(name, words):
    "Train a run or go on with it, score it once on the test images, and keep the figures."
    from segbench.core.command import command
    from segbench.core.run import Run
    from segbench.engine.runs import evaluate
    from segbench.train import main as train

    command(train, [*words[2:], '--resume', 'auto'])
    evaluate(Run(runs / name), 'test')
    keep_run(root / runs / name, kept / name, '*-test*')


def train_all(missing, at_once):
    "Train what is missing, each run in a process with its share of the cores."
    from segbench.core.run import Run
    from segbench.engine.jobs import Job, run_jobs

    jobs = []
    for number, (name, words) in enumerate(missing, 1):
        title = f'{number}/{len(missing)} {name}'
        jobs.append(Job(title, Run(runs / name), 'camvid.train_one', dict(name=name, words=words)))
    failed = run_jobs(jobs, at_once)
    for name, reason in failed.items():
        print(f'failed: {name}: {reason}')


def measure_speed(model, encoder):
    "Latency of one image of 360×480 with all cores, and memory; weights do not matter for it."
    from segbench.bench import main as bench
    from segbench.core.command import command

    file = kept / folder_name(model, encoder, 42) / 'bench.json'
    file.unlink(missing_ok=True)
    words = ['--model', model, '--backbone', encoder, '--classes', '11', '--size', '360x480']
    command(bench, [*words, '--json', str(file)])


def hardest_and_easiest(n):
    "Names of the `n` test images with the least mean score of all networks, and with the greatest."
    import numpy as np

    from segbench.data.camvid import camvid
    from segbench.explore.results import results
    from segbench.metrics.stats import miou

    each = [miou(result.areas) for result in results(kept)]  # of each image, by its own classes
    order = np.argsort(np.mean(each, 0))
    pairs = camvid('../shared/data/camvid', 'test')
    names = [Path(pairs.paths(i)[0]) for i in range(len(pairs))]
    return [(names[i], pairs[i][1].numpy()) for i in (*order[:n], *order[::-1][:n])]


def best_shift(predicted, label):
    """By how many columns `label` has to be turned round to agree best with what is predicted.

    With the share of pixels that agree as the label is, and turned.
    """
    import numpy as np

    def agreement(columns):
        turned = np.roll(label, columns, 1)
        return float((predicted == turned)[turned != 255].mean())

    width = label.shape[1]
    columns = max(range(-width // 2, width // 2), key=agreement)
    return dict(agreement=agreement(0), columns=columns, turned=agreement(columns))


def draw_images(names):
    """Predictions and errors of the three best networks that have weights here, as one picture.

    The photographs of CamVid are not ours to publish, and neither are its labels.
    """
    import matplotlib.pyplot as plt
    import numpy as np
    from PIL import Image

    from segbench.engine.runs import Run

    here = [name for name in names if (root / runs / name / 'last.safetensors').exists()]
    # of each network, the seed that is best on the validation images
    by_network = {name.rsplit('-', 1)[0]: name for name in sorted(here, key=val_miou)}
    best = sorted(by_network.values(), key=val_miou, reverse=True)[:3]
    images = hardest_and_easiest(2)
    fig, axes = plt.subplots(
        len(images), 2 * len(best), figsize=(11, 5.9), layout='constrained', squeeze=False
    )
    colours = np.array([[255, 255, 255], [200, 40, 40], [190, 190, 190]], np.uint8)
    shifts = {}
    for k, name in enumerate(best):
        run = Run(runs / name)
        for row, (file, label) in zip(axes, images):
            predicted = run.predict(file, weights='last')
            if k == 0:
                shifts[file.stem] = best_shift(predicted.label, label)
            state = np.where(label == 255, 2, predicted.label != label)
            row[2 * k].imshow(predicted.palette[predicted.label])
            row[2 * k + 1].imshow(colours[state])
            row[0].set_ylabel(file.stem, size=7)
        axes[0, 2 * k].set_title(name.rsplit('-', 1)[0], size=8, loc='left')
    for ax in axes.flat:
        ax.set_xticks([])
        ax.set_yticks([])
    (kept / 'images.json').write_text(json.dumps(shifts, indent=1) + '\n')
    picture = kept / 'images.png'
    fig.savefig(picture, dpi=100)
    # eleven classes, three states and the edges of letters need few colours
    Image.open(picture).convert('RGB').quantize(64).save(picture, optimize=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--train', action='store_true', help='train what is missing')
    p.add_argument('--at-once', type=int, default=1, help='trainings at a time')
    p.add_argument(
        '--speed', action='store_true', help='measure the latency of every network that is kept'
    )
    p.add_argument('--images', action='store_true', help='draw the hardest and easiest images')
    a = p.parse_args()
    os.chdir(root)
    jobs = planned()
    missing = [job for job in jobs if not (kept / job[0]).exists()]
    print(f'{len(jobs) - len(missing)} of {len(jobs)} runs are kept')
    if a.train:
        train_all(missing, a.at_once)
    elif a.speed:
        # one after the other in one sitting, or they could not be compared
        for net in networks:
            if (kept / folder_name(*net, 42)).exists():
                measure_speed(*net)
    elif a.images:
        draw_images([name for name, _ in jobs if (kept / name).exists()])
    else:
        for _, words in missing:
            print(shlex.join(words))


if __name__ == '__main__':
    main()
