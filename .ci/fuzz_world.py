"The folders that the fuzz damages: small data sets in every layout, runs, weights and maps."

import contextlib
import importlib
import json
import os
import pkgutil
import shutil

import numpy as np

net = ['--model', 'lite(nf=16,fine=8)', '--backbone', 'test_efficientnet']
train = [
    'train',
    '--data',
    'folder',
    '--root',
    'set',
    *net,
    '--steps',
    '2',
    '--bs',
    '2',
    '--log-with',
    'none',
    '--workers',
    '0',
]


def load_everything():
    "Import all that commands need, so that forks have it."
    import torch
    import torch.utils.tensorboard

    import segbench

    torch.set_num_threads(1)
    import torch._dynamo

    for m in pkgutil.walk_packages(segbench.__path__, 'segbench.'):
        if m.name.rpartition('.')[2] not in ('__main__',):
            with contextlib.suppress(ImportError):
                importlib.import_module(m.name)
    from PIL import Image

    Image.init()


def warm(folder):
    "Train, score and predict once in this process, so that forks find everything ready."
    import contextlib
    import functools
    import gc
    import io

    from accelerate.state import AcceleratorState, GradientState, PartialState

    from segbench.cli import main
    from segbench.core import names

    # the files of the package do not change meanwhile
    names.known_names = functools.cache(names.known_names)
    folder_set(folder / 'set')
    here = os.getcwd()
    os.chdir(folder)
    os.environ['SEGBENCH_CACHE'] = str(folder / 'cache')
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for words in (
            [*train, '--out', 'run'],
            ['eval', 'run'],
            ['predict', 'run', 'set/images'],
            ['board', '.'],
            ['data', 'check', 'folder', '--root', 'set', '--out', 'charts'],
            ['convert', 'run/best.safetensors', *net, '--classes', '3', '--out', 'new.safetensors'],
        ):
            with contextlib.suppress(SystemExit):
                main(words)
    os.chdir(here)
    shutil.rmtree(folder)
    for state in (AcceleratorState, GradientState, PartialState):
        state._reset_state()
    gc.collect()
    gc.freeze()


def picture(k, size=(64, 96)):
    "An image with smooth colours and a label of three classes and a little void."
    r = np.random.default_rng(k)
    (h, w) = size
    i, j = np.mgrid[:h, :w]
    label = ((i > h // 3).astype(int) + (i > h // 3 + (j * (1 + k) % 40) // 2)).astype(np.uint8)
    paint = np.array([(120, 170, 220), (90, 90, 100), (60, 140, 50)], np.float64)[label]
    image = (paint + r.normal(0, 12, (h, w, 1)) + 20 * np.sin((i + j) / 9)[..., None]).clip(0, 255)
    label[:2, :5] = 255
    return image.astype(np.uint8), label


def save(array, path, **kw):
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **kw)


def folder_set(at, image='jpg', label='png', n=5):
    "A data set of one's own."
    for k in range(n):
        x, y = picture(k)
        save(x, at / f'images/{k}.{image}')
        save(y, at / f'labels/{k}.{label}')
    (at / 'classes.txt').write_text('sky\nroad\ngrass\n')


def rle(m):
    "Run lengths of a mask, column by column, as COCO counts."
    flat = m.T.ravel().astype(int)
    ends = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *ends, flat.size]).tolist()
    return [0, *runs] if flat[0] else runs


def coco_set(at):
    "COCO: outlines and runs for voc21, painted segments for panoptic."
    images = []
    objects = []
    painted = []
    for k in range(4):
        x, y = picture(k)
        name = f'{k:012}.jpg'
        save(x, at / f'images/val2017/{name}')
        images.append(dict(id=k, file_name=name, height=64, width=96))
        a = [2.5, 3.0, 40.0, 5.0, 33.3, 50.0]
        b = (y == 2) & (np.arange(96) > 45)
        objects.append(
            dict(id=2 * k, image_id=k, category_id=3, segmentation=[a], area=900.0, iscrowd=0)
        )
        objects.append(
            dict(
                id=2 * k + 1,
                image_id=k,
                category_id=1,
                iscrowd=1,
                area=float(b.sum()),
                segmentation=dict(size=[64, 96], counts=rle(b)),
            )
        )
        ids = np.array([1001, 70_002, 3])
        paint = np.where(y < 255, ids[np.minimum(y, 2)], 0)
        png = np.stack([paint & 255, paint >> 8 & 255, paint >> 16], 2).astype(np.uint8)
        save(png, at / f'annotations/panoptic_val2017/{k:012}.png')
        found = [
            dict(
                id=int(i), category_id=c, iscrowd=0, area=int((paint == i).sum()), bbox=[0, 0, 9, 9]
            )
            for i, c in zip(ids, (1, 3, 187))
        ]
        painted.append(dict(image_id=k, file_name=f'{k:012}.png', segments_info=found))
    kinds = [dict(id=i, name=n, supercategory='x') for i, n in ((1, 'person'), (3, 'car'))]
    more = [dict(id=187, name='sky-other-merged', supercategory='x', isthing=0)]

    def put(name, d):
        return (at / f'annotations/{name}_val2017.json').write_text(json.dumps(d))

    put(
        'instances',
        dict(info={}, licenses=[], images=images, annotations=objects, categories=kinds),
    )
    put('panoptic', dict(images=images, annotations=painted, categories=kinds + more))


def voc_set(at):
    "VOC 2012 and SBD."
    from PIL import Image

    from segbench.core.show import voc_palette

    home = at / 'VOCdevkit/VOC2012'
    for k in range(4):
        x, y = picture(k)
        save(x, home / f'JPEGImages/2007_{k}.jpg')
        label = Image.fromarray(y, 'P')
        label.putpalette([int(v) for v in np.ravel(voc_palette(21))])
        (home / 'SegmentationClass').mkdir(exist_ok=True)
        label.save(home / f'SegmentationClass/2007_{k}.png')
    (home / 'ImageSets/Segmentation').mkdir(parents=True)

    def put(name, ks):
        return (home / f'ImageSets/Segmentation/{name}.txt').write_text(
            ''.join(f'2007_{k}\n' for k in ks)
        )

    put('train', range(3))
    put('val', [3])
    put('trainval', range(4))


def sbd_set(at):
    "SBD: labels in .mat files."
    from scipy.io import savemat

    for k in range(3):
        x, y = picture(k)
        save(x, at / f'img/2008_{k}.jpg')
        (at / 'cls').mkdir(exist_ok=True)
        y[y == 255] = 0
        savemat(
            at / f'cls/2008_{k}.mat',
            dict(GTcls=dict(Segmentation=y, Boundaries=np.zeros((2, 2)))),
            do_compression=k > 0,
        )
    (at / 'train.txt').write_text('2008_0\n2008_1\n')
    (at / 'val.txt').write_text('2008_2\n')


def city_set(at):
    "Cityscapes, with lists."
    ids = np.array([23, 7, 22])
    lines = {'train': [], 'val': []}
    for k in range(4):
        x, y = picture(k)
        split, city = ('train', 'aachen') if k < 3 else ('val', 'bonn')
        stem = f'{city}_00000{k}_000019'
        y = np.where(y < 255, ids[np.minimum(y, 2)], 0).astype(np.uint8)
        save(x, at / f'leftImg8bit/{split}/{city}/{stem}_leftImg8bit.png')
        save(y, at / f'gtFine/{split}/{city}/{stem}_gtFine_labelIds.png')
        lines[split].append(
            f'leftImg8bit/{split}/{city}/{stem}_leftImg8bit.png '
            f'gtFine/{split}/{city}/{stem}_gtFine_labelIds.png\n'
        )
    (at / 'cityscapes_list').mkdir()
    for split, said in lines.items():
        (at / f'cityscapes_list/{split}.lst').write_text(''.join(said))


def context_set(at):
    "Pascal Context as its JSON release."
    images = []
    marks = []
    for k in range(3):
        x, y = picture(k)
        save(x, at / f'JPEGImages/2009_{k}.jpg')
        images.append(
            dict(
                image_id=k,
                file_name=f'2009_{k}.jpg',
                height=64,
                width=96,
                phase='train' if k < 2 else 'val',
            )
        )
        from segbench.data.voc import context_ids

        first = (
            list(context_ids)[:3]
            if not isinstance(context_ids, dict)
            else list(context_ids.values())[:3]
        )
        for c, category in enumerate(first):
            m = y == c
            marks.append(
                dict(
                    image_id=k,
                    category_id=int(category),
                    area=int(m.sum()),
                    iscrowd=0,
                    id=9 * k + c,
                    segmentation=dict(size=[64, 96], counts=rle(m)),
                )
            )
    (at / 'trainval_merged.json').write_text(
        json.dumps(dict(images=images, annos_segmentation=marks))
    )


def stopped():
    "In a fork: the training that follows is stopped after its first step."
    import segbench.engine.fit as fit

    fit.wants_stop = lambda training: training.step == 1


def build(world):
    "Make everything."
    import torch

    made = world.made
    made.mkdir()
    folder_set(made / 'set')
    folder_set(made / 'pngs', 'png')
    folder_set(made / 'tifs', 'tif', 'tif')
    folder_set(made / 'bmps', 'bmp')
    folder_set(made / 'named')
    (made / 'named/classes.txt').unlink()
    (made / 'named/classes.json').write_text(
        json.dumps([dict(name=n, value=k) for k, n in enumerate(('sky', 'road', 'grass'))])
    )
    folder_set(made / 'painted')
    (made / 'painted/classes.txt').write_text(
        'sky 120 170 220\nroad 90 90 100\ngrass 60 140 50\nvoid 0 0 0\n'
    )
    paint = np.zeros((256, 3), np.uint8)
    paint[:3] = (120, 170, 220), (90, 90, 100), (60, 140, 50)
    for k in range(5):
        save(paint[picture(k)[1]], made / f'painted/labels/{k}.png')
    for name, make in dict(
        coco=coco_set, voc=voc_set, sbd=sbd_set, city=city_set, context=context_set
    ).items():
        (made / name).mkdir()
        make(made / name)

    def do(*words, before=None, right=0):
        status, out, err = world.run(list(words), made, before)
        if status != right:
            raise RuntimeError(f'{words} ended with {status}: {out}{err}')

    do(*train, '--out', 'runs/done')
    do(*train, '--seed', '7', '--out', 'runs/other')
    do(*train, '--out', 'half/run', before=stopped, right=130)
    for run in ('done', 'other'):
        do('eval', f'runs/{run}', '--flip')
    do('predict', 'runs/done', 'set/images', '--out', 'maps')
    from safetensors.torch import load_file

    w = made / 'weights'
    w.mkdir()
    shutil.copy(made / 'runs/done/best.safetensors', w / 'whole.safetensors')
    whole = load_file(w / 'whole.safetensors')
    torch.save(whole, w / 'whole.pth')
    torch.save(
        dict(state_dict={f'module.{k}': v for k, v in whole.items()}, epoch=3), w / 'nested.pth'
    )
    body = {k.removeprefix('body.net.'): v for k, v in whole.items() if k.startswith('body.net.')}
    torch.save(body, w / 'body.pth')
    shutil.copy(made / 'set/images/0.jpg', made / 'one.jpg') if False else None
