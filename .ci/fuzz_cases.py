"What the fuzz tries: commands with wrong words, and every file a user can touch, damaged."

import json
import os
import pickle
import random
import shutil
import struct
import zlib

import numpy as np
from fuzz import Case
from fuzz_world import net, train

huge = '9' * 30
strange = [
    '',
    ' ',
    'xyz',
    'None',
    '\u00e9\u4e2d\U0001f4a5',
    'a' * 5000,
    "'; rm -rf x",
    '\udcff',
    '<img src=x onerror=alert(1)>',
    '%s%n',
    '{0}',
    'a\nb',
]
no_int = ['abc', '1.5', 'nan', 'inf', '', '1e3', '0x10', 'None', '\u00bd', '1 2', '--', '1e400']
no_float = [
    'abc',
    'nan',
    'inf',
    '',
    '1,5',
    'None',
    '\u00bd',
    '1e400',
    'NaN',
    'Infinity',
    '0x1p3',
    '1 2',
]
wrong_paths = [
    '/nowhere/at/all',
    'a' * 300,
    '/proc/version',
    '/dev/null',
    'set/classes.txt',
    '\U0001f4a5',
    '\udcff',
    'loop/loop',
    'set/classes.txt/x',
    '',
]

models = [
    '',
    '()',
    'lite(',
    'lite(64)',
    'lite(nf="a")',
    'lite(nf=-1)',
    'lite(nf=0)',
    'lite(nf=None)',
    'lite(nf=[1])',
    'lite(nf=nf)',
    'lite(nf=1e9)',
    'lite(nf=10**9)',
    'lite(nf=2.5)',
    'lite(nf=True,fine="x")',
    'lite(drop=2)',
    'lite(drop=-1)',
    'lite(drop="x")',
    'lite(out_stride=7)',
    'lite(out_stride=0)',
    'lite(out_stride="a")',
    'lite(out_stride=None)',
    'lite(**{})',
    'lite()(nf=1)',
    'import os',
    'os.system',
    'os.system()',
    'os.path',
    '__import__("os")',
    'segbench.core.errors.UserError',
    'segbench.models.lite',
    'segbench',
    'lite.lite.lite',
    'lite;',
    'lite\n',
    'lite #',
    'LITE',
    'lite(nf=16,nf=8)',
    'lite(n_classes=3)',
    'lite(backbone=3)',
    'lite(backbone="x")',
    'lite(in_chans=0)',
    'lite(in_chans=5)',
    'lite(pretrained="x")',
    'lite(aux=3)',
    '(' * 2000,
    'lite(nf=' + '(' * 500 + '1' + ')' * 500 + ')',
    '[lite]',
    '"lite"',
    '3',
    'None',
    '.',
    '..',
    'lite.',
    '.lite',
    'a.b.c',
    'lambda: 3',
    'lite(nf={})',
    'lite(nf=b"x")',
    'lite(nf="' + 'a' * 5000 + '")',
    'unet.classic(depth=99)',
    'pspnet(bins=())',
    'pspnet(bins=3)',
    'deeplab(rates="abc")',
    'espnet(q=-3)',
    'segformer.b9',
    'eomt(x=1)',
    'fcn.',
    'math.sqrt',
    'json.loads(s="3")',
    'builtins.print',
    'time.sleep(seconds=99)',
    'subprocess.run(args="touch hacked")',
    'set',
    'set.classes',
    'runs',
    'data',
    'cProfile.run(statement="import os")',
    '\u00e9',
    'l\u0131te',
    'lite(nf=\u0661\u0666)',
    '\udcff',
    'lite\x00',
]
datas = [
    '',
    'folder(',
    'folder(3)',
    'folder(images=3)',
    'folder(images=[1])',
    'folder(images=None)',
    'folder(images="")',
    'folder(images="labels")',
    'folder(images="nowhere")',
    'folder(images="*")',
    'folder(images="**")',
    'folder(images="[")',
    'folder(images="/")',
    'folder(images="../set/images")',
    'folder(labels=None)',
    'folder(labels="images")',
    'folder(labels="*.png")',
    'folder(suffix=3)',
    'folder(suffix="_x")',
    'folder(suffix=None)',
    'folder(channels="x")',
    'folder(channels=0)',
    'folder(channels=-1)',
    'folder(channels=1)',
    'folder(channels=2.5)',
    'folder(channels=10000)',
    'folder(channels=True)',
    'folder(window=5)',
    'folder(window=(1,))',
    'folder(window=(5,1))',
    'folder(window=("a","b"))',
    'folder(window=(0,1e9))',
    'folder(window=None)',
    'folder(window=[0,255])',
    'folder(window=(0.5,9))',
    'folder(window=(True,False))',
    'folder(classes=3)',
    'folder(classes="abc")',
    'folder(classes=[1,2,3])',
    'folder(classes=["a","a","b"])',
    'folder(classes=[None])',
    'folder(classes={"a":1})',
    'folder(classes=["a"])',
    'folder(classes=["a","b","c",""])',
    'folder(classes=[["a"]])',
    'folder(root="x")',
    'folder(split="val")',
    'folder(size=3)',
    'scenes(n=-1)',
    'scenes(n=0)',
    'scenes(n="a")',
    'scenes(n=2.5)',
    'scenes(size=5)',
    'scenes(size=(0,0))',
    'scenes(size=(64,))',
    'scenes(size=("a","b"))',
    'scenes(size=(31,64))',
    'scenes(size=None)',
    'scenes(size=(64.5,96))',
    'scenes(n=4,seed="a")',
    'scenes(n=4,seed=-1)',
    'scenes(n=4,seed=None)',
    'scenes(n=4,seed=1.5)',
    'scenes(size=(1000000,1000000),n=2)',
    'scenes(n=4,size=(64,96),seed=99999999999999999999)',
    'os.listdir',
    'os.listdir(path="/")',
    'json.load',
    'cProfile.run',
    'segbench.data.pairs',
    'segbench.data.survey.check_files',
    'segbench.core.errors.check_choice',
    'camvid',
    'cityscapes',
    'coco.voc21(least="a")',
    'coco.voc21(overlap="x")',
    'mapillary(scored="a")',
    'voc.nothing',
    'coco.',
    '(',
    'None',
    '3',
    'folder\n',
    'Folder',
    '\u00e9',
    '\udcff',
    'time.sleep',
    'builtins.input',
    'subprocess.run',
    'cells(classes=3)',
    'folder()()',
]
losses = [
    '',
    'xyz',
    'ce+',
    '+ce',
    'ce+*dice',
    '2*',
    'ce*2',
    '-1*ce',
    'nan*ce',
    'inf*ce',
    '1e400*ce',
    '0*ce',
    'ce-dice',
    'ce/2',
    '1e300*ce',
    '2*3*ce',
    'ce(',
    'ce)',
    'ce()',
    'ce(3)',
    'ce(smooth="a")',
    'ce(smooth=2)',
    'ce(smooth=-1)',
    'ce(smooth=None)',
    'ce(smooth=1e400)',
    'ce(weight=3)',
    'ce(weight="a")',
    'ce(weight=[1,2])',
    'ce(logits=3)',
    'ce(label=3)',
    'ohem(thresh="a")',
    'ohem(thresh=-1)',
    'ohem(thresh=2)',
    'ohem(thresh=None)',
    'ohem(min_kept="a")',
    'ohem(min_kept=-1)',
    'ohem(min_kept=1.5)',
    'ohem(min_kept=1e300)',
    'focal_ce(gamma="a")',
    'focal_ce(gamma=-1)',
    'focal_ce(gamma=-1e9)',
    'focal_ce(gamma=1e300)',
    'focal_ce(gamma=None)',
    'focal_ce(gamma=1e400)',
    'tversky(alpha="a")',
    'tversky(alpha=-5)',
    'tversky(alpha=0,beta=0)',
    'tversky(beta=None)',
    'tversky(alpha=1e400)',
    'lovasz(bins=0)',
    'lovasz(bins=-1)',
    'lovasz(bins="a")',
    'lovasz(bins=2.5)',
    'lovasz(step=0)',
    'lovasz(step=-1)',
    'lovasz(step="a")',
    'lovasz(sort=-1)',
    'lovasz(sort="a")',
    'lovasz(step=1000)',
    'lovasz(bins=1)',
    'boundary(radius=0)',
    'boundary(radius=-1)',
    'boundary(radius="a")',
    'boundary(radius=1000)',
    'boundary(radius=1.5)',
    'dice(smooth=1)',
    'ce+ce',
    'ce+nothing',
    'os.system',
    'math.sqrt',
    'print',
    'segbench.losses.pixel.weight_sum',
    'segbench.losses.pixel.ce',
    'None',
    '3',
    '\udcff',
    'ce+(dice)',
    'ce(smooth=[)',
]
schedules = [
    '',
    'xyz',
    'poly(',
    'poly(1)',
    'poly(power="a")',
    'poly(power=-1)',
    'poly(power=None)',
    'poly(power=1e400)',
    'poly(power=1e300)',
    'poly(t=1)',
    'poly(scores=1)',
    'onecycle(up=0)',
    'onecycle(up=1)',
    'onecycle(up=2)',
    'onecycle(up=-1)',
    'onecycle(up="a")',
    'onecycle(start=-1)',
    'onecycle(start="a")',
    'onecycle(start=1e300)',
    'step(at=5)',
    'step(at=("a",))',
    'step(at=())',
    'step(at=None)',
    'step(gamma=-1)',
    'step(gamma="a")',
    'step(gamma=1e300)',
    'step(gamma=None)',
    'plateau(patience=0)',
    'plateau(patience=-1)',
    'plateau(patience="a")',
    'plateau(patience=1.5)',
    'plateau(gamma="a")',
    'plateau(gamma=-1)',
    'plateau(gamma=1e300)',
    'constant(x=1)',
    'cosine(5)',
    'cosine(power=1)',
    'os.system',
    'None',
    '3',
    '\udcff',
    'Poly',
    'poly ',
    'poly+cosine',
]
protocols = [
    '',
    'xyz',
    'hszhao(',
    'hszhao(3)',
    'hszhao(window="a")',
    'hszhao(window=0)',
    'hszhao(window=-5)',
    'hszhao(window=None)',
    'hszhao(window=2.5)',
    'hszhao(long=0)',
    'hszhao(long=-1)',
    'hszhao(long="a")',
    'hszhao(long=1e9)',
    'hszhao(scales=())',
    'hszhao(scales=3)',
    'hszhao(scales=("a",))',
    'hszhao(scales=(0,))',
    'hszhao(scales=(-1,))',
    'hszhao(scales=(1e300,))',
    'hszhao(scales=(1e400,))',
    'paddle(flip="x")',
    'paddle(long=None)',
    'tramac(crop=0)',
    'tramac(crop=-1)',
    'tramac(crop="a")',
    'tramac(crop=None)',
    'tramac(crop=2.5)',
    'zijundeng(window=1)',
    'dsnet-ade-crop(crop=0)',
    'dsnet-ade-crop(crop="a")',
    'dsnet_ade_crop',
    'None',
    '\udcff',
    'hszhao(name="../../x")',
    'hszhao(name="x")',
    'os.system',
    'HSZHAO',
    'hszhao(window=64,long=64,x=1)',
    'dsnet',
]
backbones = [
    '',
    'resnet51',
    'xyz',
    'RESNET18',
    'resnet18 ',
    'None',
    '3',
    'hub',
    'timm.resnet18',
    'hf_hub:timm/resnet18',
    '../x',
    '\udcff',
    'vit_tiny_patch16_224',
    'test_vit',
    'test_mambaout',
    'resnet18(x=1)',
    'lite',
    'resnet18,resnet34',
]
sizes = [
    '',
    'abc',
    '96,128',
    '0x0',
    '-1x5',
    '64x',
    'x64',
    '64x96x3',
    '1x1',
    '64.5x96',
    'nanxnan',
    '64*96',
    '\u0664x\u0664',
    '64X96',
    '64 96',
    'infx1',
    huge + 'x' + huge,
    '100000000x100000000',
    '1000000x1',
    '2x2',
    '0',
    '-5',
    '1e3',
]
splits = [
    '',
    'trian',
    'TRAIN',
    'test',
    '3',
    'train,val',
    '../x',
    'train/',
    '*',
    '\udcff',
    'None',
    'a' * 5000,
    '\U0001f4a5',
]

# What a number may be: least and greatest value, and whether those belong to it
bounds = dict(
    epochs=(1, None),
    steps=(1, None),
    bs=(1, None),
    accum=(1, None),
    workers=(0, None),
    seed=(0, None),
    val_bs=(1, None),
    patience=(0, None),
    log_every=(1, None),
    aspect=(1, None),
    flip=(0, 1),
    vflip=(0, 1),
    rotate=(0, None),
    jitter=(0, None),
    stain=(0, 1),
    blur=(0, 1),
    lr=(0, None),
    head_lr=(0, None),
    wd=(0, None),
    momentum=(0, 0.999),
    warmup=(0, 1),
    ema=(0, 1),
    clip=(0, None),
    eval_every=(1e-9, None),
    save_every=(0, None),
    window=(1, None),
    seeds=(1, None),
    classes=(1, 255),
    seconds=(0, None),
    most=(0, None),
)
ints = ['epochs', 'steps', 'bs', 'accum', 'workers', 'seed', 'val_bs', 'patience', 'log_every']
floats = [
    'aspect',
    'flip',
    'vflip',
    'rotate',
    'jitter',
    'stain',
    'blur',
    'lr',
    'head_lr',
    'wd',
    'momentum',
    'warmup',
    'ema',
    'clip',
    'eval_every',
    'save_every',
]


def values(name, whole):
    "(text, expected) for a flag that takes a number."
    low, high = bounds[name]
    found = [(v, 'refuse') for v in (no_int if whole else no_float)]
    below = [-1, -(10**12)] + ([0] if low > 0 else []) + ([] if whole else [low - 1e-3, -1e300])
    found += [(str(v), 'refuse') for v in below if v < low]
    if high is not None:
        found += [
            (str(v), 'refuse') for v in ([high + 1, 10**6] if whole else [high + 0.01, 2, 1e300])
        ]
    legal = [str(low), '\u0663', ' 2 ', '1_0'] + ([] if whole else ['1e-320', '-0.0', '5e-324'])
    if high is None and name not in ('epochs', 'steps', 'seeds'):
        legal += [huge, str(2**31), str(2**63), str(2**64)] + (
            [] if whole else ['1e300', '1e20', '3.5e38']
        )
    if name == 'window':
        legal[0] = '24'  # a window of one pixel is right, and takes minutes
    if name == 'seconds':
        legal = [v for v in legal if v in ('0', '1e-320', '-0.0', '5e-324')]
    return found + [(v, 'free') for v in legal]


def flag_cases(base, needs, spec):
    "One case for each value of each flag in `spec`."
    for flag, tries in spec.items():
        name = '--' + flag.replace('_', '-')
        for v, expect in tries:
            v = v if isinstance(v, list) else [v]
            words = list(base)
            if name in words:
                k = words.index(name)
                end = next(
                    (i for i in range(k + 1, len(words)) if words[i].startswith('--')), len(words)
                )
                del words[k:end]
            yield Case('flags', [*words, name, *v], needs, expect)


def refuse(vs):
    return [(v, 'refuse') for v in vs]


def free(vs):
    return [(v, 'free') for v in vs]


scales = [
    ([], 'refuse'),
    *refuse(
        [
            'nan',
            'inf',
            '-1',
            '0',
            'abc',
            '',
            '1e400',
            ['1', 'nan'],
            ['1', '-1'],
            ['nan', 'nan'],
            '1,2',
            'None',
        ]
    ),
    *free(['1e300', '1e-300', ['1', '1'], '1000', '.1', ['1'] * 40, '1e9']),
]
lists = [
    ([], 'refuse'),
    *refuse(
        [
            ['.5'],
            ['.5', '1', '2'],
            ['2', '.5'],
            ['0', '1'],
            ['-1', '1'],
            ['nan', '1'],
            ['1', 'nan'],
            ['1', 'inf'],
            ['a', 'b'],
            ['', '1'],
            ['1e400', '1e400'],
        ]
    ),
    *free(
        [
            ['1', '1'],
            ['1e-300', '1e300'],
            ['1e300', '1e300'],
            ['1e-300', '1e-300'],
            ['1000', '1000'],
        ]
    ),
]


def flags():
    "Wrong words for every flag of every command."
    one = [w for w in train]
    one[one.index('--steps') + 1] = '1'
    base = [*one, '--out', 'runs/new']
    needs = ('set',)
    spec = {k: values(k, True) for k in ints} | {k: values(k, False) for k in floats}
    spec |= dict(
        scale=lists,
        crop=refuse([t for t in sizes[:16] if t != '1x1']) + free(['1x1', *sizes[16:]]),
        scale_by=refuse(strange),
        place=refuse(strange),
        opt=refuse(strange + ['lion', 'SGD']),
        precision=refuse(strange + ['fp32', 'BF16']),
        log_with=refuse(strange + ['wandb']),
        class_weights=refuse(strange + ['MEDIAN']),
        schedule=free(schedules),
        loss=free(losses),
        data=free(datas),
        model=free(models),
        backbone=free(backbones),
        split=refuse(splits),
        val_split=refuse(splits),
        root=refuse([*wrong_paths, 'set/images', '.', '/']),
        pretrained=refuse([*wrong_paths, 'set', 'set/images/0.jpg', 'hub']),
        init=refuse([*wrong_paths, 'set', 'set/images/0.jpg', 'lite']),
        out=[
            *refuse(
                [
                    'set/pipe',
                    'set/pipe/x',
                    '/proc/x',
                    'set/classes.txt',
                    'set/classes.txt/x',
                    'a' * 300,
                    '',
                ]
            ),
            *free(
                [
                    'loop/loop',
                    'set',
                    '.',
                    '/proc/self/cwd/new',
                    '\U0001f4a5',
                    'a b',
                    '\udcff',
                    '-',
                    'new/',
                    './new/../new',
                    '%s',
                    'a\nb',
                ]
            ),
        ],
        resume=refuse([*wrong_paths, 'set', '.']),
    )
    yield from flag_cases(base, needs, spec)
    yield from (
        Case('flags', [*base, *more], needs, e)
        for e, more in [
            ('refuse', ['extra']),
            ('refuse', ['--nothing']),
            ('refuse', ['--epoch', '3']),
            ('refuse', ['--lr']),
            ('refuse', ['--compile', 'yes']),
            ('refuse', ['--no-lr']),
            ('refuse', ['-x']),
            ('refuse', ['--lr', '1', '2']),
            ('free', ['--lr', '1e-3', '--lr', '1e-2']),
            ('refuse', ['--opt', 'nesterov', '--momentum', '0']),
            ('refuse', ['--scale-by', 'area']),
            ('refuse', ['--scale-by', 'area', '--scale', '.5', '2']),
            ('free', ['--scale-by', 'area', '--scale', '.5', '1']),
            ('free', ['--place', 'sliding', '--scale', '1', '1']),
            ('refuse', ['--precision', 'fp16', '--opt', 'lion']),
            ('free', ['--precision', 'fp16']),
            ('free', ['--precision', 'bf16']),
            ('refuse', ['--resume', 'runs/new', '--init', 'runs/new']),
            ('refuse', ['--resume', 'nothing', '--out', 'runs/x']),
            ('free', ['--lr', '0']),
            ('free', ['--lr', '1e10']),
            ('free', ['--lr', '1e30', '--steps', '2']),
            ('free', ['--loss', 'lovasz', '--lr', '1e30', '--steps', '3']),
            ('free', ['--loss', 'ce+dice', '--lr', '1e20', '--steps', '3']),
            ('free', ['--ema', '1']),
            ('free', ['--ema', '.999999']),
            ('free', ['--wd', '1e30', '--steps', '2']),
            ('free', ['--clip', '1e-30']),
            ('free', ['--jitter', '1e10']),
            ('free', ['--rotate', '1e10']),
            ('free', ['--rotate', '720']),
            ('free', ['--aspect', '1e10']),
            ('free', ['--stain', '1', '--jitter', '0']),
            ('free', ['--warmup', '1']),
            ('free', ['--schedule', 'plateau', '--eval-every', '.5']),
            ('free', ['--crop', '7x5']),
            ('free', ['--crop', '1x1']),
            ('free', ['--crop', '1000x1']),
            ('refuse', ['--bs', '5']),
            ('refuse', ['--bs', '1000']),
            ('refuse', ['--bs', '1', '--crop', '1x1', '--model', 'pspnet']),
            ('free', ['--accum', '1000']),
            ('free', ['--val-bs', '1000']),
            ('free', ['--class-weights', 'median', '--loss', 'ohem']),
            ('free', ['--class-weights', 'enet', '--loss', 'lovasz']),
            ('refuse', ['--split', 'val', '--val-split', 'trian']),
            ('free', ['--split', 'all', '--val-split', 'all']),
            ('refuse', ['--data', 'scenes(n=4,size=(64,96))', '--val-split', 'all']),
            ('refuse', ['--data', 'scenes(n=4,size=(64,96))', '--model', 'nothing']),
            ('free', ['--data', 'scenes(n=4,size=(64,96))', '--root', 'nowhere']),
            ('free', ['--patience', '1', '--eval-every', '.1']),
            ('free', ['--log-with', 'tensorboard']),
            ('free', ['--workers', '2']),
            ('free', ['--save-every', '0']),
            ('free', ['--log-every', '1']),
            ('free', ['--head-lr', '0']),
            ('free', ['--backbone', 'resnet18']),
            ('refuse', ['--backbone', 'test_vit']),
            ('free', ['--model', 'segnet', '--backbone', 'test_efficientnet']),
            ('free', ['--model', 'segformer.b0', '--crop', '7x5']),
            ('free', ['--model', 'segnet', '--crop', '7x5']),
            ('free', ['--seed', '18446744073709551616']),
        ]
    )

    base = ['eval', 'runs/done']
    needs = ('set', 'runs')
    ev = dict(
        scales=scales,
        window=values('window', True),
        bs=values('bs', True),
        workers=values('workers', True),
        protocol=free(protocols),
        weights=refuse(strange + ['BEST', 'best.safetensors']),
        precision=refuse(strange + ['fp32']),
        convention=refuse(strange + ['VOC']),
        data=free(datas),
        root=refuse([*wrong_paths, 'set/images', '.', 'runs/done']),
        split=refuse([s for s in splits if s != 'test']) + refuse(['test']),
    )
    yield from flag_cases(base, needs, ev)
    for run in [*wrong_paths, 'set', 'runs', '.', 'runs/done/config.json', '-', '--', '*']:
        yield Case('flags', ['eval', run], needs, 'refuse')
    yield from (
        Case('flags', ['eval', *more], needs, e)
        for e, more in [
            ('refuse', []),
            ('free', ['runs/done', 'runs/other']),
            ('free', ['runs/done', 'runs/done']),
            ('refuse', ['runs/done', '--protocol', 'hszhao', '--flip']),
            ('refuse', ['runs/done', '--protocol', 'hszhao', '--window', '64']),
            ('free', ['runs/done', '--hann']),
            (
                'free',
                ['runs/done', '--window', '32', '--hann', '--flip', '--scales', '.5', '1', '2'],
            ),
            ('free', ['runs/done', '--quality']),
            ('free', ['runs/done', '--quality', '--window', '1']),
            ('free', ['runs/done/', '--weights', 'last']),
            ('free', ['./runs/../runs/done']),
            ('refuse', ['runs/done', '--nothing']),
            ('refuse', ['runs/done', '--bs']),
            ('free', ['runs/done', '--data', 'scenes(n=2,size=(64,96))']),
            ('free', ['runs/done', '--root', 'set/', '--split', 'train']),
            ('free', ['runs/done', '--workers', '2']),
            ('refuse', ['--protocol', 'hszhao']),
        ]
    )

    base = ['predict', 'runs/done', 'set/images', '--out', 'maps']
    yield from flag_cases(
        base,
        needs,
        dict(
            scales=scales,
            window=values('window', True),
            weights=refuse(strange),
            precision=refuse(strange),
            out=[
                *refuse(
                    [
                        'set/pipe',
                        '/proc/x',
                        'set/classes.txt',
                        'set/classes.txt/x',
                        'a' * 300,
                        '',
                        'set/pipe/x',
                    ]
                ),
                *free(['set', 'set/images', '.', '\U0001f4a5', '\udcff', 'set/labels', 'a\nb']),
            ],
        ),
    )
    for p in [*wrong_paths, 'set/labels/9.png', 'set/nothing', '*', '-']:
        yield Case('flags', ['predict', 'runs/done', p, '--out', 'maps'], needs, 'refuse')
    for run in [*wrong_paths, 'set', 'runs', '.', '-']:
        yield Case('flags', ['predict', run, 'set/images', '--out', 'maps'], needs, 'refuse')
    yield from (
        Case('flags', ['predict', *more], needs, e)
        for e, more in [
            ('refuse', []),
            ('refuse', ['runs/done']),
            ('refuse', ['runs/done', 'set/images', 'set/images']),
            ('free', ['runs/done', 'set']),
            ('free', ['runs/done', 'set/images/0.jpg']),
            ('free', ['runs/done', 'set/images', '--ids']),
            ('free', ['runs/done', 'set/images', '--overlay', '--flip', '--hann']),
            ('refuse', ['runs/done', 'set/classes.txt']),
            ('free', ['runs/done', '/proc/self/cwd/set/images']),
            ('refuse', ['runs/done', 'set/images', '--ids', '--nothing']),
        ]
    )

    base = ['score', 'maps', '--data', 'folder', '--root', 'set', '--split', 'all']
    needs = ('set', 'maps')
    yield from flag_cases(
        base,
        needs,
        dict(
            data=free(datas),
            root=refuse([*wrong_paths, 'maps']),
            split=refuse([s for s in splits]),
            convention=refuse(strange + ['VOC']),
        ),
    )
    for p in [*wrong_paths, 'set/images', '.', 'maps/0.png', '-']:
        yield Case('flags', ['score', p, *base[2:]], needs, 'refuse' if p != '.' else 'free')
    yield from (
        Case('flags', ['score', *more], needs, e)
        for e, more in [
            ('refuse', []),
            ('refuse', ['maps']),
            ('refuse', ['maps', 'maps', '--data', 'folder']),
            ('free', [*base[1:], '--ids']),
            ('free', ['set/labels', *base[2:]]),
            ('free', ['maps/', *base[2:]]),
        ]
    )

    base = [
        'sweep',
        '--models',
        'lite(nf=16,fine=8)',
        '--backbones',
        'test_efficientnet',
        '--seeds',
        '1',
        '--data',
        'folder',
        '--root',
        'set',
        '--steps',
        '1',
        '--bs',
        '2',
        '--log-with',
        'none',
        '--workers',
        '0',
    ]

    def few(vs):
        return vs[::4]

    yield from flag_cases(
        base,
        ('set',),
        dict(
            seeds=values('seeds', True),
            models=[
                ([], 'refuse'),
                *free(few(models)),
                (['lite(nf=16,fine=8)'] * 2, 'free'),
                (['lite(nf=16,fine=8)', 'nothing'], 'refuse'),
                (['lite(nf=16,fine=8)', ''], 'refuse'),
            ],
            backbones=[
                *free(few(backbones)),
                (['test_efficientnet', 'nothing'], 'refuse'),
                (['test_efficientnet', ''], 'refuse'),
                ([], 'free'),
            ],
            data=free(few(datas)),
            root=refuse(wrong_paths),
            split=refuse(few(splits)),
            val_split=refuse(few(splits)),
            out=[
                *refuse(['set/pipe', '/proc/x', 'set/classes.txt', '']),
                *free(['set', '.', '\U0001f4a5']),
            ],
            pretrained=refuse(wrong_paths[:5] + ['hub', '']),
            init=refuse(wrong_paths[:5] + ['']),
            lr=values('lr', False),
            bs=values('bs', True),
            seed=values('seed', True),
            loss=free(few(losses)),
            schedule=free(few(schedules)),
            crop=refuse(few([t for t in sizes[:16] if t != '1x1'])),
            opt=refuse(few(strange)),
        ),
    )

    base = ['bench', *net, '--size', '32x32', '--seconds', '.01', '--classes', '3']
    yield from flag_cases(
        base,
        ('runs',),
        dict(
            model=free(models),
            backbone=[([], 'free'), *free(backbones), (['test_efficientnet', 'nothing'], 'free')],
            classes=values('classes', True),
            size=refuse(sizes[:16]) + free(sizes[16:]),
            bs=values('bs', True),
            inside=refuse(strange),
            precision=refuse(strange),
            seconds=values('seconds', False),
            protocol=refuse(strange),
            run=refuse([*wrong_paths, 'runs', '.']),
            json=[
                *refuse(['runs/pipe', '/proc/x', 'runs', 'a' * 300, '', 'runs/done/config.json/x']),
                *free(['new/x.json', '\U0001f4a5', '\udcff', 'x']),
            ],
        ),
    )
    yield from (
        Case('flags', [*base, *more], ('runs',), e)
        for e, more in [
            ('refuse', ['extra']),
            ('free', ['--fold-bn']),
            ('free', ['--inside', 'copies']),
            ('free', ['--inside', 'map', '--precision', 'bf16']),
            ('free', ['--run', 'runs/done']),
            ('refuse', ['--run', 'runs/done', '--nothing']),
            ('free', ['--precision', 'fp16']),
        ]
    )

    base = ['board', 'runs']
    needs = ('runs',)
    yield from flag_cases(
        base,
        needs,
        dict(
            html=[
                *refuse(
                    [
                        'runs/pipe',
                        '/proc/x',
                        'runs',
                        'a' * 300,
                        '',
                        'runs/done/config.json/x',
                        'runs/done/',
                    ]
                ),
                *free(['new/x.html', '\U0001f4a5', '\udcff', 'x', 'a\nb']),
            ]
        ),
    )
    for p in [*wrong_paths, 'runs/done/eval', '-', 'runs/done/config.json']:
        yield Case('flags', ['board', p], needs, 'refuse')
    yield from (
        Case('flags', ['board', *more], needs, e)
        for e, more in [
            ('refuse', []),
            ('refuse', ['runs', 'runs']),
            ('free', ['runs/done']),
            ('free', ['.']),
            ('free', ['runs/']),
        ]
    )

    base = ['convert', 'weights/whole.pth', *net, '--classes', '3', '--out', 'new.safetensors']
    needs = ('weights', 'set')
    means = [
        ([], 'refuse'),
        *refuse(
            [
                'nan',
                ['0', '0', 'nan'],
                ['inf', '0', '0'],
                ['0'],
                ['0', '0'],
                ['0'] * 4,
                ['a', 'b', 'c'],
                ['', '', ''],
                ['1e400'] * 3,
            ]
        ),
        *free([['0', '0', '0'], ['-1'] * 3, ['1e300'] * 3]),
    ]
    stds = [
        ([], 'refuse'),
        *refuse(
            [
                'nan',
                ['1', '1', 'nan'],
                ['inf', '1', '1'],
                ['1'],
                ['1', '1'],
                ['1'] * 4,
                ['0', '0', '0'],
                ['-1'] * 3,
                ['a', 'b', 'c'],
            ]
        ),
        *free([['1', '1', '1'], ['1e-300'] * 3, ['1e300'] * 3]),
    ]
    yield from flag_cases(
        base,
        needs,
        dict(
            model=free(models),
            backbone=free(backbones),
            classes=values('classes', True),
            mean=means,
            std=stds,
            out=[
                *refuse(
                    [
                        'set/pipe',
                        '/proc/x.safetensors',
                        'set/classes.txt/x.safetensors',
                        'a' * 300 + '.safetensors',
                        '',
                        'set',
                        'run',
                        'set/classes.txt',
                    ]
                ),
                *free(['new/x.safetensors', '\U0001f4a5.safetensors', '.safetensors']),
            ],
        ),
    )
    for p in [*wrong_paths, 'weights', 'set/images/0.jpg', '-']:
        yield Case('flags', ['convert', p, *base[2:]], needs, 'refuse')
    run = [
        'convert',
        'weights/whole.pth',
        *net,
        '--classes',
        '3',
        '--out',
        'run',
        '--data',
        'folder',
        '--root',
        'set',
    ]
    yield from flag_cases(
        run,
        needs,
        dict(
            data=free(few(datas)),
            root=refuse(wrong_paths),
            out=[
                *refuse(
                    ['set/pipe', '/proc/x', 'set/classes.txt', 'set/classes.txt/x', 'a' * 300, '']
                ),
                *free(['set', '.', '\U0001f4a5']),
            ],
        ),
    )
    yield from (
        Case('flags', ['convert', *more], needs, e)
        for e, more in [
            ('refuse', []),
            ('refuse', ['weights/whole.pth']),
            ('refuse', ['weights/whole.pth', 'x']),
            ('free', run[1:]),
            ('free', [*base[1:], '--verbose']),
            ('refuse', [*base[1:], '--classes', '5']),
            (
                'refuse',
                [
                    'weights/body.pth',
                    *net,
                    '--classes',
                    '3',
                    '--out',
                    'run',
                    '--data',
                    'folder',
                    '--root',
                    'set',
                ],
            ),
        ]
    )

    base = ['data', 'check', 'folder', '--root', 'set', '--out', 'charts']
    needs = ('set',)
    yield from flag_cases(
        base,
        needs,
        dict(
            root=refuse(wrong_paths),
            most=values('most', True),
            splits=[
                *refuse(splits),
                (['train', 'nothing'], 'free'),
                (['train', 'train'], 'free'),
                ([], 'free'),
            ],
            out=[
                *refuse(['set/pipe', '/proc/x', 'set/classes.txt', 'a' * 300, '']),
                *free(['new', '\U0001f4a5', '\udcff', '.']),
            ],
        ),
    )
    for d in datas:
        yield Case('flags', ['data', 'check', d, '--root', 'set', '--out', 'charts'], needs, 'free')
    base = ['data', 'cache', 'folder', '--root', 'set']
    yield from flag_cases(
        base,
        needs,
        dict(
            root=refuse(wrong_paths),
            splits=[
                *refuse(splits),
                (['train', 'nothing'], 'refuse'),
                (['train', 'train'], 'free'),
                ([], 'refuse'),
            ],
        ),
    )
    for d in datas[::2]:
        yield Case('flags', ['data', 'cache', d, '--root', 'set'], needs, 'free')
    for p in wrong_paths:
        yield Case('flags', ['data', 'list', '--root', p], needs, 'free')
    for d in datas[::2]:
        yield Case('flags', ['data', 'get', d, '--root', 'sets', '--offline'], needs, 'free')
    for d in ('camvid', 'voc', 'coco', 'cityscapes', 'ade20k', 'sbu', 'lip', 'mapillary', 'bdd10k'):
        for p in ('sets', *wrong_paths[::2]):
            yield Case('flags', ['data', 'get', d, '--root', p, '--offline'], needs, 'free')
    for words in [
        [],
        ['data'],
        ['trian'],
        ['TRAIN'],
        [''],
        ['-'],
        ['--'],
        ['--nothing'],
        ['-h', 'x'],
        ['data', ''],
        ['data', 'lsit'],
        ['data', 'list', 'x'],
        ['data', 'get'],
        ['data', 'check'],
        ['data', 'cache'],
        ['\udcff'],
        ['\U0001f4a5'],
        ['train', '-h', '--lr', 'x'],
        ['data list'],
        ['os.system'],
        ['train', 'train'],
        ['evaluate'],
        ['a' * 5000],
        ['train\n'],
        ['help'],
        ['--version'],
    ]:
        yield Case(
            'flags',
            words,
            needs,
            'free'
            if words in ([], ['-h', 'x'], ['train', '-h', '--lr', 'x'], ['data list']) or not words
            else 'refuse'
            if words != ['--version']
            else 'free',
        )


# Damage to bytes: (words, function from bytes and a random generator, how a kind without checksums
# may take it)


def cut(share):
    return lambda b, r: b[: int(len(b) * share)]


def flip(where):
    def f(b, r):
        k = min(len(b) - 1, int(len(b) * where) + r.randrange(9)) if b else 0
        return b[:k] + bytes([b[k] ^ 1 << r.randrange(8)]) + b[k + 1 :] if b else b

    return f


def stretch(n, what):
    return lambda b, r: b[: len(b) // 2] + what(r, n) + b[len(b) // 2 + n :]


def zeros(r, n):
    return bytes(n)


def noise(r, n):
    return r.randbytes(n)


torn = {
    'empty': lambda b, r: b'',
    'one byte': lambda b, r: b[:1],
    'half': cut(0.5),
    'all but a byte': lambda b, r: b[:-1],
    'the first tenth': cut(0.1),
    '20 bytes less': lambda b, r: b[:-20],
}
broken = (
    torn
    | {f'a bit at {w:.0%}': flip(w) for w in (0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)}
    | {
        'zeros inside': stretch(64, zeros),
        'noise inside': stretch(64, noise),
        'all zeros': lambda b, r: bytes(len(b)),
        'noise': lambda b, r: r.randbytes(len(b)),
        'twice': lambda b, r: b + b,
        'more behind': lambda b, r: b + b'trailing',
        'a zero behind': lambda b, r: b + b'\0',
        'text': lambda b, r: b'no file of this kind\n',
        'one byte before': lambda b, r: b'\n' + b,
        'halves swapped': lambda b, r: b[len(b) // 2 :] + b[: len(b) // 2],
        'CRLF': lambda b, r: b.replace(b'\n', b'\r\n'),
    }
)


def harm(path, name, f, seed):
    "A change that replaces the bytes of the file `path`, keeping its time."

    def change(folder):
        p = folder / path
        p.write_bytes(f(p.read_bytes(), random.Random(seed)))

    return change


def put(path, make):
    "A change that writes what `make(folder)` returns: bytes, text or an array for an image."

    def change(folder):
        p = folder / path
        x = make(folder)
        p.unlink(missing_ok=True)
        p.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(x, str):
            p.write_text(x, encoding='utf8', errors='surrogatepass')
        elif isinstance(x, bytes):
            p.write_bytes(x)
        else:
            from PIL import Image

            kind = dict(jpg='JPEG', png='PNG', tif='TIFF', bmp='BMP')[p.suffix[1:]]
            (x if isinstance(x, Image.Image) else Image.fromarray(x)).save(p, kind)

    return change


def png(w, h, bits=8, colour=2, data=b'', chunks=b''):
    "The bytes of a PNG with any header."

    def part(kind, d):
        return struct.pack('>I', len(d)) + kind + d + struct.pack('>I', zlib.crc32(kind + d))

    head = struct.pack('>IIBBBBB', w & 0xFFFFFFFF, h & 0xFFFFFFFF, bits, colour, 0, 0, 0)
    return (
        b'\x89PNG\r\n\x1a\n'
        + part(b'IHDR', head)
        + chunks
        + part(b'IDAT', zlib.compress(data))
        + part(b'IEND', b'')
    )


def tiff(tags, tail=b''):
    "The bytes of a little TIFF with the numbers `tags`."
    order = sorted(tags.items())
    body = b''.join(struct.pack('<HHII', t, 4, 1, v & 0xFFFFFFFF) for t, v in order)
    return b'II*\0' + struct.pack('<I', 8) + struct.pack('<H', len(order)) + body + bytes(4) + tail


def pictures():
    "Strange images by name: a function of the folder that returns what `put` takes."
    from PIL import Image

    r = np.random.default_rng(0)
    rgb = r.integers(0, 255, (64, 96, 3), np.uint8)
    grey = r.integers(0, 3, (64, 96), np.uint8)

    def image(mode):
        return Image.fromarray(rgb).convert(mode)

    return {
        '1×1': lambda f: rgb[:1, :1],
        '7×5': lambda f: rgb[:5, :7],
        'a row less': lambda f: rgb[:63],
        'turned': lambda f: rgb.transpose(1, 0, 2).copy(),
        'grey': lambda f: grey,
        'grey with alpha': lambda f: image('LA'),
        'RGBA': lambda f: image('RGBA'),
        'palette': lambda f: image('P'),
        'one bit': lambda f: image('1'),
        '16 bit': lambda f: r.integers(0, 60000, (64, 96)).astype(np.uint16),
        '32 bit': lambda f: r.integers(0, 99999, (64, 96)).astype(np.int32),
        'floats': lambda f: image('F'),
        'CMYK': lambda f: image('CMYK'),
        'YCbCr': lambda f: image('YCbCr'),
        'nan': lambda f: Image.fromarray(np.full((64, 96), np.nan, np.float32)),
    }


no_png = '32 bit', 'floats', 'CMYK', 'YCbCr', 'nan'


def crafted():
    "Headers that promise what is not there, by name and ending."
    big = [
        (2**31 - 1, 2**31 - 1),
        (100_000, 100_000),
        (13_400, 13_400),
        (0, 0),
        (1, 2**31 - 1),
        (-1, 5),
        (96, 64),
    ]
    found = {f'PNG header {w}×{h}': png(w, h) for w, h in big}
    found |= {
        'PNG of zeros, bomb': png(20_000, 20_000, 8, 0, bytes(1000)),
        'PNG 3 bits': png(96, 64, 3),
        'PNG colour 9': png(96, 64, 8, 9),
        'PNG text bomb': png(96, 64, chunks=struct.pack('>I', 2**31 - 1) + b'zTXt'),
    }
    found |= {
        f'TIFF header {w}×{h}': tiff(
            {256: w, 257: h, 258: 8, 259: 1, 262: 1, 273: 200, 277: 1, 278: h, 279: 99}, bytes(300)
        )
        for w, h in big
    }
    found |= {
        'TIFF without size': tiff({258: 8}),
        'TIFF that points at itself': b'II*\0\x08\0\0\0' + struct.pack('<HI', 0, 8) + bytes(40),
        'TIFF strips far away': tiff(
            {
                256: 96,
                257: 64,
                258: 8,
                259: 1,
                262: 1,
                273: 2**32 - 1,
                277: 1,
                278: 64,
                279: 2**32 - 1,
            }
        ),
        'TIFF of 10000 samples': tiff(
            {256: 96, 257: 64, 258: 8, 259: 1, 262: 1, 273: 8, 277: 10_000, 278: 64, 279: 6144}
        ),
        'TIFF 64 bits': tiff(
            {256: 96, 257: 64, 258: 64, 259: 1, 262: 1, 273: 8, 277: 1, 278: 64, 279: 6144}
        ),
        'TIFF packed by 9': tiff(
            {256: 96, 257: 64, 258: 8, 259: 9, 262: 1, 273: 8, 277: 1, 278: 64, 279: 6144}
        ),
        'BMP header': b'BM'
        + struct.pack(
            '<IIIIiiHHIIIIII', 54, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0
        ),
        'BMP 13400': b'BM'
        + struct.pack('<IIIIiiHHIIIIII', 54, 0, 54, 40, 13400, 13400, 1, 24, 0, 0, 0, 0, 0, 0),
        'JPEG header': b'\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03\x01\x22\0'
        b'\x02\x11\x01\x03\x11\x01\xff\xd9',
        'GIF': b'GIF89a' + struct.pack('<HH', 65535, 65535) + bytes(20),
        'WebP': b'RIFF\x1a\0\0\0WEBPVP8L' + bytes(14),
        'SVG': b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        'HTML': b'<!doctype html><h1>404</h1>',
        'LFS': b'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
        'pickle': pickle.dumps({'a': 1}),
    }
    return found


def as_folder(path):
    def change(f):
        (f / path).unlink()
        (f / path).mkdir()

    return change


def as_link(path, to):
    def change(f):
        (f / path).unlink()
        os.symlink(to, f / path)

    return change


def gone(path):
    def change(f):
        shutil.rmtree(f / path) if (f / path).is_dir() else (f / path).unlink()

    return change


def as_pipe(path):
    def change(f):
        (f / path).unlink()
        os.mkfifo(f / path)

    return change


def twin(path, to):
    def change(f):
        shutil.copy(f / path, f / to)

    return change


def images():
    "Images, labels and maps that are damaged or strange."

    def one(root):
        return [
            'train',
            '--data',
            'folder',
            '--root',
            root,
            *net,
            '--steps',
            '1',
            '--bs',
            '2',
            '--log-with',
            'none',
            '--workers',
            '0',
            '--out',
            'runs/new',
        ]

    def check(root):
        return ['data', 'check', 'folder', '--root', root, '--out', 'charts']

    def cache(root):
        return ['data', 'cache', 'folder', '--root', root]

    def predict(root):
        return ['predict', 'runs/done', f'{root}/images', '--out', 'maps']

    def score(root):
        return ['score', 'maps', '--data', 'folder', '--root', root, '--split', 'all']

    n = 0
    for root, end in (('set', 'jpg'), ('pngs', 'png'), ('tifs', 'tif'), ('bmps', 'bmp')):
        safe = end == 'png'
        for k, (name, f) in enumerate(broken.items()):
            n += 1
            whole = name in torn
            expect = 'either' if safe or (whole and end != 'tif') else 'free'
            commands = [one(root), predict(root)] if k % 2 or safe else [cache(root), predict(root)]
            if k % 4 == 0:
                commands.append(check(root))
            for words in commands:
                e = 'free' if words[:2] == ['data', 'check'] else expect
                yield Case(
                    'images',
                    words,
                    (root, 'runs/done') if words[0] == 'predict' else (root,),
                    e,
                    harm(f'{root}/images/1.{end}', name, f, n),
                    f'{name}: images/1.{end}',
                )
    for root, end in (('set', 'png'), ('tifs', 'tif')):
        for k, (name, f) in enumerate(broken.items()):
            n += 1
            expect = 'either' if end == 'png' else 'free'
            for words in [one(root), cache(root), check(root)][: 2 + (k % 2)]:
                e = 'free' if words[:2] == ['data', 'check'] else expect
                yield Case(
                    'images',
                    words,
                    (root,),
                    e,
                    harm(f'{root}/labels/1.{end}', name, f, n),
                    f'{name}: labels/1.{end}',
                )
    for name, f in broken.items():
        n += 1
        yield Case(
            'images',
            score('set'),
            ('set', 'maps'),
            'either',
            harm('maps/1.png', name, f, n),
            f'{name}: maps/1.png',
        )
    for name, make in pictures().items():
        for root, end in (('set', 'jpg'), ('pngs', 'png'), ('tifs', 'tif')):
            if end == 'jpg' and name in (
                'grey with alpha',
                'RGBA',
                'palette',
                'one bit',
                '16 bit',
                '32 bit',
                'floats',
                'nan',
            ):
                continue
            if end == 'png' and name in no_png:
                continue
            for words in (one(root), predict(root)):
                yield Case(
                    'images',
                    words,
                    (root, 'runs/done') if words[0] == 'predict' else (root,),
                    'free',
                    put(f'{root}/images/1.{end}', make),
                    f'{name}: images/1.{end}',
                )
        for root, end in (('set', 'png'), ('tifs', 'tif')):
            if end == 'png' and name in no_png:
                continue
            for words in (one(root), check(root)):
                yield Case(
                    'images',
                    words,
                    (root,),
                    'free',
                    put(f'{root}/labels/1.{end}', make),
                    f'{name}: labels/1.{end}',
                )
        if name not in no_png:
            yield Case(
                'images',
                score('set'),
                ('set', 'maps'),
                'free',
                put('maps/1.png', make),
                f'{name}: maps/1.png',
            )
    for name, data in crafted().items():
        end = 'tif' if name.startswith('TIFF') else 'png'
        root = 'tifs' if end == 'tif' else 'pngs'
        cases = [
            (one(root), f'{root}/images/1.{end}', (root,)),
            (predict(root), f'{root}/images/1.{end}', (root, 'runs/done')),
            (cache(root), f'{root}/images/1.{end}', (root,)),
            (check(root), f'{root}/images/1.{end}', (root,)),
        ]
        cases += (
            [
                (one(root), f'{root}/labels/1.{end}', (root,)),
                (check(root), f'{root}/labels/1.{end}', (root,)),
            ]
            if root == 'tifs'
            else [
                (one('set'), 'set/labels/1.png', ('set',)),
                (score('set'), 'maps/1.png', ('set', 'maps')),
            ]
        )
        for words, path, needs in cases:
            strict = words[:2] != ['data', 'check'] and name not in ('TIFF header 96×64',)
            yield Case(
                'images',
                words,
                needs,
                'refuse' if strict else 'free',
                put(path, lambda f, d=data: d),
                f'{name}: {path}',
            )
    paths = [('set', f'set/{d}/1.{e}') for d, e in (('images', 'jpg'), ('labels', 'png'))]
    for root, path in paths:
        other = path.replace('/1.', '/2.')
        for name, change, e in [
            ('a folder', as_folder(path), 'refuse'),
            ('a link to itself', as_link(path, path.rpartition('/')[2]), 'refuse'),
            ('a link to nothing', as_link(path, 'nowhere'), 'refuse'),
            ('a link to another', as_link(path, other.rpartition('/')[2]), 'free'),
            ('gone', gone(path), 'free'),
            ('a link to /dev/zero', as_link(path, '/dev/zero'), 'refuse'),
            ('a link to /dev/null', as_link(path, '/dev/null'), 'refuse'),
            ('a pipe', as_pipe(path), 'refuse'),
            ('the folder gone', gone(path.rpartition('/')[0]), 'refuse'),
        ]:
            for words in (one(root), check(root), cache(root), predict(root)):
                if words[0] == 'predict' and 'labels' in path:
                    continue
                expect = 'free' if words[1] == 'check' else e
                yield Case(
                    'images',
                    words,
                    (root, 'runs/done') if words[0] == 'predict' else (root,),
                    expect,
                    change,
                    f'{name}: {path}',
                )
    junk = [
        ('set/images/._0.jpg', b'\0\5\x16\7'),
        ('set/images/.ipynb_checkpoints/0-checkpoint.jpg', b'x'),
        ('set/images/Thumbs.db', b'x'),
        ('set/images/.DS_Store', b'x'),
        ('set/__MACOSX/images/._0.jpg', b'x'),
        ('set/images/@eaDir/0.jpg/x.jpg', b'x'),
        ('set/images/notes.txt', b'x'),
        ('set/labels/._1.png', b'x'),
        ('set/labels/.ipynb_checkpoints/1-checkpoint.png', b'x'),
        ('set/readme.md', b'x'),
        ('set/images/desktop.ini', b'x'),
    ]
    for path, data in junk:
        for words in (one('set'), cache('set')):
            yield Case(
                'images', words, ('set',), 'equal', put(path, lambda f, d=data: d), f'junk: {path}'
            )
        yield Case(
            'images',
            predict('set'),
            ('set', 'runs/done'),
            'equal',
            put(path, lambda f, d=data: d),
            f'junk: {path}',
        )
    for name, change in {
        'another label': twin('set/labels/0.png', 'set/labels/0.tif'),
        'another image': twin('set/images/0.jpg', 'set/images/0.jpeg'),
        'upper case': twin('set/images/0.jpg', 'set/images/0.JPG'),
        'a label as JPEG': twin('set/images/0.jpg', 'set/labels/0.jpg'),
    }.items():
        for words in (one('set'), check('set')):
            yield Case(
                'images', words, ('set',), 'refuse' if words[0] == 'train' else 'free', change, name
            )


# Values of other kinds

others = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2.5,
    1e300,
    10**30,
    '',
    'x',
    'nan',
    [],
    [1],
    [None],
    {},
    {'a': 1},
    [[]],
    'x' * 5000,
    '\udcff',
    '<img src=x onerror=alert(1)>',
    '../../etc/passwd',
    ['a', 'b', 'c'],
    'os.system',
    [1, 2, 3],
    256,
    '\u0000',
    [{}],
    float('nan'),
    float('inf'),
]


def walk(d, at=()):
    "Every place in a JSON value."
    yield at
    if isinstance(d, dict):
        for k in d:
            yield from walk(d[k], (*at, k))
    elif isinstance(d, list):
        for k in [0, len(d) - 1] if len(d) > 1 else range(len(d)):
            yield from walk(d[k], (*at, k))


def edit(path, at, value=None, drop=False):
    "A change of one place of a JSON file; what is not there is left."

    def change(folder):
        p = folder / path
        d = json.loads(p.read_text())
        if not at:
            d = value
        else:
            x = d
            try:
                for k in at[:-1]:
                    x = x[k]
                if drop:
                    del x[at[-1]]
                else:
                    x[at[-1]] = value
            except (LookupError, TypeError):
                return
        p.write_text(json.dumps(d, ensure_ascii=isinstance(value, str) and '\udcff' in value))

    return change


config_keys = [
    'net',
    'net.model',
    'net.backbone',
    'net.n_classes',
    'net.in_chans',
    'net.aux',
    'settings',
    'settings.lr',
    'settings.bs',
    'settings.steps',
    'settings.seed',
    'settings.scale',
    'settings.loss',
    'settings.schedule',
    'settings.opt',
    'settings.crop',
    'settings.precision',
    'settings.workers',
    'settings.log_with',
    'settings.ema',
    'settings.epochs',
    'settings.accum',
    'data',
    'root',
    'split',
    'val_split',
    'model',
    'backbone',
    'pretrained',
    'init',
    'loaded',
    'command',
    'classes',
    'classes.0',
    'palette',
    'palette.0',
    'palette.0.0',
    'train',
    'val',
    'values',
    'values.0',
    'window',
    'window.0',
    'steps',
    'crop',
    'precision',
    'processes',
    'device',
    'norm',
    'weights',
    'parameters',
    'gflops',
    'argv',
    'started',
    'commit',
    'dirty',
    'versions',
    'versions.torch',
]
resume = ['train', '--resume', 'half/run']
users = [
    (['eval', 'runs/done'], 'runs/done', ('set', 'runs/done')),
    (['predict', 'runs/done', 'set/images', '--out', 'maps'], 'runs/done', ('set', 'runs/done')),
    (resume, 'half/run', ('set', 'half/run')),
    (['board', 'runs'], 'runs/done', ('runs',)),
]
more_users = [
    (
        ['bench', '--run', 'runs/done', '--size', '32x32', '--seconds', '.01'],
        'runs/done',
        ('runs/done',),
    ),
    (
        [
            'train',
            '--data',
            'folder',
            '--root',
            'set',
            *net,
            '--steps',
            '1',
            '--bs',
            '2',
            '--log-with',
            'none',
            '--init',
            'runs/done',
            '--out',
            'runs/new',
        ],
        'runs/done',
        ('set', 'runs/done'),
    ),
    (['train', '--resume', 'runs/done'], 'runs/done', ('set', 'runs/done')),
    (
        ['predict', 'runs/done', 'set/images', '--out', 'maps', '--ids', '--overlay'],
        'runs/done',
        ('set', 'runs/done'),
    ),
    (['eval', 'runs/done', '--root', 'set', '--data', 'folder'], 'runs/done', ('set', 'runs/done')),
]
harmless = {
    'loaded',
    'argv',
    'started',
    'commit',
    'dirty',
    'versions',
    'versions.torch',
    'device',
    'norm',
    'weights',
}
meant = {
    'net.model',
    'net.backbone',
    'data',
    'root',
    'settings',
    'command',
    'classes',
    'classes.0',
    'palette',
    'palette.0',
    'palette.0.0',
    'train',
    'val',
    'values',
    'values.0',
    'parameters',
    'gflops',
    'precision',
    'window',
    'window.0',
    'loaded',
}


def may(words, key, value):
    "Whether another value at `key` of a config is a right one that changes what the command gives."
    kind = words[0]
    text = isinstance(value, str)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if text and key in ('classes.0', 'command', 'train', 'val'):
        return True
    if key == 'palette.0.0' and number and 0 <= value < 256 and value == int(value):
        return True
    if key in ('values.0', 'window.0') and number and value >= 0:
        return True
    if kind == 'board' and key in ('parameters', 'gflops') and number:
        return True
    if kind == 'board' and (
        key.startswith('settings') or key in ('init', 'pretrained', 'net.model', 'net.backbone')
    ):
        return True
    if kind == 'train' and key.startswith('settings.'):
        return True
    if kind == 'train' and key in ('split', 'val_split', 'root') or key == 'settings.precision':
        return True
    return kind == 'train' and value in ({}, None) and key == 'settings'


def configs():
    "`config.json` with keys removed, of other kinds, or as no JSON."

    def file(run):
        return f'{run}/config.json'

    for k, key in enumerate(config_keys):
        at = tuple(int(p) if p.isdigit() else p for p in key.split('.'))
        for j, (words, run, needs) in enumerate(users + more_users):
            if j < len(users) or (k + j) % 3 == 0:
                yield Case(
                    'config.json',
                    words,
                    needs,
                    'free' if may(words, key, None) else 'either',
                    edit(file(run), at, drop=True),
                    f'without {key}',
                )
            few = others[(k * 5 + j * 7) % 3 :: 3] if j < len(users) else others[(k + j) % 11 :: 11]
            for value in few:
                expect = 'free' if may(words, key, value) else 'either'
                if len(few) > 9 and (others.index(value) + k + j) % 2:
                    continue
                yield Case(
                    'config.json',
                    words,
                    needs,
                    expect,
                    edit(file(run), at, value),
                    f'{key} is {ascii(value)[:60]}',
                )
    for words, run, needs in users + more_users:
        for extra in ({'new': 1}, {'__class__': 'x'}, {'': 1}, {'x' * 999: []}):
            yield Case(
                'config.json',
                words,
                needs,
                'either',
                lambda f, e=extra, p=file(run): (f / p).write_text(
                    json.dumps(json.loads((f / p).read_text()) | e)
                ),
                f'with {ascii(extra)[:40]}',
            )
        for at in (('net', 'n_classes'), ('net', 'in_chans')):
            for v in (0, -1, 5, 10**9, 4, 255, 256):
                yield Case(
                    'config.json', words, needs, 'either', edit(file(run), at, v), f'{at[1]} is {v}'
                )
        for model in (
            'os.spawnvp(mode=0)',
            'cProfile.run(statement="1")',
            'subprocess.run',
            'time.sleep',
            'lite(nf=16)',
            'lite(nf=16,fine=8,drop=.5)',
            'pspnet',
            'hack.net',
            'set.images',
        ):
            yield Case(
                'config.json',
                words,
                needs,
                'free' if words[0] == 'board' or 'drop' in model else 'either',
                edit(file(run), ('net', 'model'), model),
                f'model is {model}',
            )
        for data in (
            'cProfile.run',
            'os.listdir',
            'folder(images="labels")',
            'nothing',
            'scenes',
            'subprocess.run(args="x")',
        ):
            yield Case(
                'config.json',
                words,
                needs,
                'free' if words[0] == 'board' else 'either' if 'scenes' not in data else 'free',
                edit(file(run), ('data',), data),
                f'data is {data}',
            )
        for names in (
            ['a', 'b'],
            ['a'] * 3,
            ['a', 'b', 'c', 'd'],
            ['grass', 'road', 'sky'],
            [1, 2, 3],
            [],
        ):
            yield Case(
                'config.json',
                words,
                needs,
                'free' if names == ['grass', 'road', 'sky'] else 'either',
                edit(file(run), ('classes',), names),
                f'classes are {names}',
            )
        for name, f in list(broken.items())[::2]:
            yield Case(
                'config.json', words, needs, 'either', harm(file(run), name, f, len(name)), name
            )
        for name, text in {
            'UTF-16': lambda t: t.encode('utf-16'),
            'BOM': lambda t: t.encode('utf-8-sig'),
            'latin-1': lambda t: t.replace('sky', 'sk\u00ff').encode('latin-1'),
            'NaN': lambda t: t.replace('0.001', 'NaN').encode(),
            'list': lambda t: b'[' + t.encode() + b']',
            'null': lambda t: b'null',
            'number': lambda t: b'3',
            'text': lambda t: b'"x"',
            'empty object': lambda t: b'{}',
            'deep': lambda t: b'[' * 100_000,
            'keys twice': lambda t: t.replace('{', '{"net": 3,', 1).encode(),
            'digits': lambda t: b'{"net": ' + b'9' * 6000 + b'}',
        }.items():
            yield Case(
                'config.json',
                words,
                needs,
                'free' if name == 'latin-1' else 'either',
                harm(file(run), name, lambda b, r, g=text: g(b.decode()), 0),
                name,
            )
        yield Case(
            'config.json',
            words,
            needs,
            'refuse' if words[0] != 'board' and '--init' not in words else 'free',
            gone(file(run)),
            'gone',
        )
        yield Case(
            'config.json',
            words,
            needs,
            'refuse' if words[0] != 'board' and '--init' not in words else 'free',
            as_folder(file(run)),
            'a folder',
        )


def log_lines(change):
    def f(b, r):
        rows = [json.loads(line) for line in b.decode().splitlines()]
        return ''.join(json.dumps(x) + '\n' for x in change(rows)).encode()

    return f


def runs():
    "The other files of a run, damaged: log, state, weights, evaluations, preview."
    done = ('set', 'runs/done')
    half = ('set', 'half/run')
    evaluate = ['eval', 'runs/done']
    predict = ['predict', 'runs/done', 'set/images', '--out', 'maps']
    board = ['board', 'runs']
    init = [
        'train',
        '--data',
        'folder',
        '--root',
        'set',
        *net,
        '--steps',
        '1',
        '--bs',
        '2',
        '--log-with',
        'none',
        '--init',
        'runs/done',
        '--out',
        'runs/new',
    ]
    flips = {f'a bit at {w / 40:.1%}': flip(w / 40) for w in range(40)}
    for name, f in (broken | flips).items():
        yield Case(
            'run files',
            resume,
            half,
            'either',
            harm('half/run/state/state.pt', name, f, len(name)),
            f'{name}: state.pt',
        )
    for name, f in (broken | dict(list(flips.items())[::3])).items():
        for words in (evaluate, predict):
            yield Case(
                'run files',
                words,
                done,
                'either',
                harm('runs/done/best.safetensors', name, f, len(name)),
                f'{name}: best.safetensors',
            )
    for name, f in list((broken | flips).items())[::3]:
        yield Case(
            'run files',
            [*evaluate, '--weights', 'last'],
            done,
            'either',
            harm('runs/done/last.safetensors', name, f, len(name)),
            f'{name}: last.safetensors',
        )
        yield Case(
            'run files',
            init,
            done,
            'either',
            harm('runs/done/best.safetensors', name, f, len(name)),
            f'{name}: best.safetensors',
        )
    keys = [
        k
        for k in (
            'step',
            'epoch',
            'loss',
            'lr',
            'miou',
            'seconds',
            'images_per_s',
            'memory',
            'val_loss',
        )
    ]
    log = {
        f'without {k}': log_lines(
            lambda rows, k=k: [{a: b for a, b in x.items() if a != k} for x in rows]
        )
        for k in keys
    }
    log |= {
        f'{k} is {ascii(v)[:30]}': log_lines(lambda rows, k=k, v=v: [x | {k: v} for x in rows])
        for j, k in enumerate(keys)
        for v in others[j % 3 :: 3]
    }
    log |= {
        'no lines': lambda b, r: b'',
        'no newline': lambda b, r: b.rstrip(b'\n'),
        'an empty line': lambda b, r: b'\n' + b,
        'a list': lambda b, r: b + b'[1]\n',
        'a number': lambda b, r: b + b'3\n',
        'null': lambda b, r: b + b'null\n',
        'a torn line': lambda b, r: b + b'{"step": 3, "lo',
        'zeros behind': lambda b, r: b + bytes(50),
        'zeros and a line': lambda b, r: b + bytes(50) + b'\n',
        'latin-1': lambda b, r: b + b'{"step": "\xff"}\n',
        'UTF-16': lambda b, r: b.decode().encode('utf-16'),
        'NaN': lambda b, r: b + b'{"step": NaN}\n',
        'twice': lambda b, r: b + b,
        'backwards': log_lines(lambda rows: rows[::-1]),
        'deep': lambda b, r: b'[' * 100_000 + b'\n',
        'long': lambda b, r: b + b'{"step": ' + b'9' * 6000 + b'}\n',
    }
    timing = ('images_per_s', 'seconds')  # numbers that the board shows and nothing can check
    for name, f in (log | broken).items():
        told = any(k in name for k in timing) or name in (
            'no lines',
            'twice',
            'backwards',
            'no newline',
        )
        if 'is' not in name or len(name) % 2:
            yield Case(
                'run files',
                resume,
                half,
                'either',
                harm('half/run/log.jsonl', name, f, len(name)),
                f'{name}: log.jsonl',
            )
        yield Case(
            'run files',
            board,
            ('runs',),
            'free' if told else 'either',
            harm('runs/done/log.jsonl', name, f, len(name)),
            f'{name}: log.jsonl',
        )
    found = [
        'miou',
        'macc',
        'aacc',
        'fwiou',
        'iou',
        'iou.0',
        'classes',
        'classes.0',
        'images',
        'data',
        'protocol',
        'convention',
        'imagewise_miou',
        'weights',
        'precision',
        'asked',
        'asked.flip',
        'step',
    ]
    numbers = ('miou', 'macc', 'aacc', 'fwiou', 'iou.0')
    for j, key in enumerate(found):
        at = tuple(int(p) if p.isdigit() else p for p in key.split('.'))
        file = 'runs/done/eval/set-val-whole-flip.json'
        yield Case(
            'run files',
            board,
            ('runs',),
            'either',
            edit(file, at, drop=True),
            f'without {key}: eval/*.json',
        )
        for v in others[j % 2 :: 2]:
            fits = (
                isinstance(v, (int, float))
                and not isinstance(v, bool)
                and key in numbers
                or isinstance(v, str)
                and key == 'classes.0'
            )
            yield Case(
                'run files',
                board,
                ('runs',),
                'free' if fits else 'either',
                edit(file, at, v),
                f'{key} is {ascii(v)[:50]}: eval/*.json',
            )
    for name, f in broken.items():
        for end in ('json', 'npz'):
            yield Case(
                'run files',
                board,
                ('runs',),
                'either',
                harm(f'runs/done/eval/set-val-whole.{end}', name, f, len(name)),
                f'{name}: eval/*.{end}',
            )
        yield Case(
            'run files',
            evaluate,
            done,
            'either',
            harm('runs/done/eval/set-val-whole.json', name, f, len(name)),
            f'{name}: eval/*.json that is made anew',
        )
        yield Case(
            'run files',
            board,
            ('runs',),
            'either',
            harm('runs/done/preview.png', name, f, len(name)),
            f'{name}: preview.png',
        )

    def npz(**kw):
        return lambda folder: save_npz(**kw)

    rows = np.array([[0, 0, 0, 5]], np.int64)
    strange_npz = dict(
        nothing=npz(),
        other=npz(x=rows),
        short=npz(counts=rows[:0]),
        flat=npz(counts=rows[0]),
        wide=npz(counts=np.zeros((3, 9), np.int64)),
        floats=npz(counts=rows + 0.5),
        nan=npz(counts=np.full((1, 4), np.nan)),
        negative=npz(counts=-rows),
        far=npz(counts=rows + 10**9),
        text=npz(counts=np.array(['a'])),
        objects=npz(counts=np.array([{}], object)),
        large=npz(counts=rows * 2**40),
        scalar=npz(counts=np.int64(3)),
    )
    for name, make in strange_npz.items():
        yield Case(
            'run files',
            board,
            ('runs',),
            'either',
            put('runs/done/eval/set-val-whole.npz', make),
            f'{name}: eval/*.npz',
        )
    for name, make in pictures().items():
        if name not in no_png:
            yield Case(
                'run files',
                board,
                ('runs',),
                'free',
                put('runs/done/preview.png', make),
                f'{name}: preview.png',
            )
    for name, data in crafted().items():
        yield Case(
            'run files',
            board,
            ('runs',),
            'free',
            put('runs/done/preview.png', lambda f, d=data: d),
            f'{name}: preview.png',
        )
    files = [
        'log.jsonl',
        'best.safetensors',
        'last.safetensors',
        'preview.png',
        'eval',
        'eval/set-val-whole.json',
        'eval/set-val-whole.npz',
        'state',
        'state/state.pt',
    ]
    for file in files:
        for words, run, needs in users:
            expect = 'either' if words[0] != 'board' else 'free'
            if file in ('best.safetensors',) and words[0] in ('eval', 'predict'):
                expect = 'refuse'
            if file.startswith('state') and words is resume:
                expect = 'refuse'

            def there(f, p, g):
                return g(f) if (f / p).exists() else None

            yield Case(
                'run files',
                words,
                needs,
                expect,
                lambda f, p=f'{run}/{file}': there(f, p, gone(p)),
                f'gone: {file}',
            )

            def make_folder(f, p=f'{run}/{file}'):
                gone(p)(f) if (f / p).exists() else None
                (f / p).mkdir(parents=True)

            def make_file(f, p=f'{run}/{file}'):
                gone(p)(f) if (f / p).exists() else None
                (f / p).parent.mkdir(parents=True, exist_ok=True)
                (f / p).write_text('x')

            yield Case(
                'run files',
                words,
                needs,
                expect if not (file.startswith('state') and words is resume) else 'refuse',
                make_folder,
                f'an empty folder: {file}',
            )
            yield Case(
                'run files',
                words,
                needs,
                expect if not (file.startswith('state') and words is resume) else 'refuse',
                make_file,
                f'a word: {file}',
            )
    for name in (
        'junk.txt',
        '.DS_Store',
        'eval/notes.txt',
        'eval/.DS_Store',
        'eval/._x.json',
        'stop',
        'stopped',
        'tensorboard/x',
        'config.json.part',
        'state/state.pt.part',
        'best.safetensors.part',
        'README.md',
    ):
        for words, run, needs in users:
            e = (
                'equal'
                if not (name == 'eval/._x.json' and words[0] == 'board') and name != 'stop'
                else 'free'
                if name == 'stop' and words is resume
                else 'either'
            )
            yield Case(
                'run files', words, needs, e, put(f'{run}/{name}', lambda f: 'x'), f'more: {name}'
            )
    for key in ('step', 'net', 'opt', 'ema', 'scaler', 'scores', 'best', 'seconds', 'sums', 'log'):
        for v in ('gone', None, 'x', -1, 10**9, 1.5, [], {}, float('nan'), [1, 2]):
            harmless_value = (
                key in ('ema', 'scaler')
                and v in (None, {})
                or key == 'seconds'
                and isinstance(v, (int, float))
                or key == 'best'
                and isinstance(v, (int, float))
            )
            yield Case(
                'run files',
                resume,
                half,
                'free' if harmless_value else 'either',
                state_edit(key, v),
                f'{key} is {v}: state.pt',
            )
    for name, obj in dict(
        list=[1],
        none=None,
        number=3,
        tensor='tensor',
        nothing={},
        code='code',
        nested={'a': {'b': 1}},
    ).items():
        yield Case(
            'run files',
            resume,
            half,
            'refuse',
            torch_file('half/run/state/state.pt', obj),
            f'{name}: state.pt',
        )
        yield Case(
            'run files',
            evaluate,
            done,
            'refuse',
            torch_file('runs/done/best.safetensors', obj),
            f'a pickled {name}: best.safetensors',
        )


def save_npz(**kw):
    import io

    f = io.BytesIO()
    np.savez_compressed(f, **kw)
    return f.getvalue()


class Runs:
    "What runs code when it is unpickled."

    def __reduce__(self):
        return os.mkdir, ('hacked',)


def torch_file(path, obj):
    "A change that replaces a file by what `torch.save` makes of `obj`."

    def change(folder):
        import torch

        x = (
            torch.zeros(3)
            if isinstance(obj, str) and obj == 'tensor'
            else Runs()
            if isinstance(obj, str) and obj == 'code'
            else obj
        )
        torch.save(x, folder / path)

    return change


def state_edit(key, value):
    """A change of one entry of a state.

    If files keep checksums the state is then damaged, which is right.
    """

    def change(folder):
        import torch

        p = folder / 'half/run/state/state.pt'
        d = torch.load(p, weights_only=True)
        if value == 'gone':
            d.pop(key, None)
        else:
            d[key] = value
        torch.save(d, p)

    return change


def texts(path, right, tries):
    "(about, change) for text files."
    return [(f'{name}: {path}', put(path, lambda f, t=t: t)) for name, t in tries.items()]


class_lists = {
    'empty': '',
    'blank': '\n\n',
    'one': 'sky\n',
    'two': 'sky\nroad\n',
    'four': 'sky\nroad\ngrass\ncar\n',
    'twice': 'sky\nsky\ngrass\n',
    'numbers first': '0 sky\n1 road\n2 grass\n',
    'numbers shuffled': '2 grass\n0 sky\n1 road\n',
    'labelme': '__ignore__\n_background_\nroad\ngrass\n',
    'comment': '# names\nsky\nroad\ngrass\n',
    'values': 'sky 0\nroad 1\ngrass 2\n',
    'values wrong': 'sky 7\nroad 8\ngrass 9\n',
    'values twice': 'sky 0\nroad 0\ngrass 2\n',
    'some values': 'sky 0\nroad\ngrass 2\n',
    'negative': 'sky -1\nroad 0\ngrass 1\n',
    'huge value': f'sky {huge}\nroad 1\ngrass 2\n',
    'value 256': 'sky 256\nroad 1\ngrass 2\n',
    'value 65535': 'sky 65535\nroad 1\ngrass 2\n',
    'colours': 'sky 1 2 3\nroad 4 5 6\ngrass 7 8 9\n',
    'two numbers': 'sky 1 2\nroad 3 4\ngrass 5 6\n',
    'four numbers': 'sky 1 2 3 4\nroad 1 2 3 5\ngrass 1 2 3 6\n',
    'colour 300': 'sky 300 0 0\nroad 0 0 0\ngrass 1 1 1\n',
    'mixed': 'sky 1 2 3\nroad 1\ngrass\n',
    'commas': 'sky,road,grass\n',
    'semicolons': 'sky;0\nroad;1\ngrass;2\n',
    'tabs': 'sky\t0\nroad\t1\ngrass\t2\n',
    'colon': '0: sky\n1: road\n2: grass\n',
    'equals': 'sky=0\nroad=1\ngrass=2\n',
    'void only': 'void\n',
    'void first': 'void 255\nsky\nroad\ngrass\n',
    'void 0': 'void 0\nsky 1\nroad 2\ngrass 3\n',
    'many': '\n'.join(f'c{k}' for k in range(300)),
    'very many': '\n'.join(f'c{k}' for k in range(100_000)),
    'long': 'x' * 100_000 + '\nroad\ngrass\n',
    'markup': '<img src=x onerror=alert(1)>\nroad\ngrass\n',
    'control': 'sk\x1b[31my\nroad\ngrass\n',
    'zero': 'sky\0\nroad\ngrass\n',
    'slash': '../sky\nroad\ngrass\n',
    'quotes': '"sky"\n"road"\n"grass"\n',
    'yaml': 'names:\n  0: sky\n  1: road\n  2: grass\n',
    'json in txt': '["sky", "road", "grass"]',
    'only numbers': '0\n1\n2\n',
    'spaces': '   sky   \nroad\ngrass\n',
    'CR': 'sky\rroad\rgrass\r',
    'float': 'sky 0.0\nroad 1.0\ngrass 2.0\n',
    'hex': 'sky #ff0000\nroad #00ff00\ngrass #0000ff\n',
    'separator': 'sky\u2028road\ngrass\nx\n',
    'unicode digits': 'sky \u0660\nroad \u0661\ngrass \u0662\n',
    'superscript': 'sky \u00b2\nroad \u00b3\ngrass \u00b9\n',
}
right_lists = {
    'numbers first',
    'numbers shuffled',
    'values',
    'tabs',
    'spaces',
    'CR',
    'void first',
    'CRLF',
    'BOM',
    'comment',
    'labelme',
    'colon',
    'equals',
    'semicolons',
    'commas',
}
named_lists = {
    'markup',
    'control',
    'slash',
    'quotes',
    'long',
    'separator',
    'four',
    'many',
    'zero',
    'hex',
    'float',
    'unicode digits',
    'superscript',
    'only numbers',
    'void 0',
    'json in txt',
    'yaml',
    'two',
    'commas',
    'values wrong',
    'value 256',
    'value 65535',
    'huge value',
}


def notes():
    "Class lists, COCO's JSON, VOC's and Cityscapes' lists, .mat files, Pascal Context's JSON."

    def two(root, data=None, split=None):
        name = data or 'folder'
        extra = ['--split', split, '--val-split', split] if split else []
        one = [
            'train',
            '--data',
            name,
            '--root',
            root,
            *net,
            '--steps',
            '1',
            '--bs',
            '2',
            '--log-with',
            'none',
            '--workers',
            '0',
            '--out',
            'runs/new',
            *extra,
        ]
        return [
            one,
            ['data', 'cache', name, '--root', root, *(['--splits', split] if split else [])],
            [
                'data',
                'check',
                name,
                '--root',
                root,
                '--out',
                'charts',
                *(['--splits', split] if split else []),
            ],
        ]

    def both(words, needs, expect, change, about):
        for w in words:
            yield Case(
                'notes', w, needs, 'free' if w[:2] == ['data', 'check'] else expect, change, about
            )

    train_set, cache_set, check_set = two('set')
    for name, text in class_lists.items():
        # `data cache` keeps pixels, so lists that only name differently give the same; a training
        # checks more
        path = 'set/classes.txt'
        expect = 'either' if name not in named_lists else 'free'
        yield from both(
            [train_set, cache_set, check_set],
            ('set',),
            expect
            if name not in right_lists
            else 'free'
            if name == 'numbers shuffled'
            else 'either',
            put(path, lambda f, t=text: t),
            f'{name}: classes.txt',
        )
    codes = {
        'UTF-16': 'utf-16',
        'UTF-32': 'utf-32',
        'UTF-16 without mark': 'utf-16-le',
        'BOM': 'utf-8-sig',
    }
    for name, code in codes.items():
        yield from both(
            [train_set, check_set],
            ('set',),
            'either',
            put('set/classes.txt', lambda f, c=code: 'sky\nroad\ngrass\n'.encode(c)),
            f'{name}: classes.txt',
        )
    yield from both(
        [train_set, check_set],
        ('set',),
        'refuse',
        put('set/classes.txt', lambda f: b'sk\xff\nroad\ngrass\n'),
        'latin-1: classes.txt',
    )
    for name, change in {
        'gone': gone('set/classes.txt'),
        'a folder': as_folder('set/classes.txt'),
        'a link to itself': as_link('set/classes.txt', 'classes.txt'),
        'a link to /dev/null': as_link('set/classes.txt', '/dev/null'),
        'a link to /dev/zero': as_link('set/classes.txt', '/dev/zero'),
        'a pipe': as_pipe('set/classes.txt'),
    }.items():
        yield from both([train_set, check_set], ('set',), 'refuse', change, f'{name}: classes.txt')
    jsons = [
        [],
        {},
        None,
        3,
        'sky',
        ['sky', 'road'],
        ['sky', 'sky', 'x'],
        [1, 2, 3],
        [None],
        [[]],
        [{}],
        [{'name': 'sky'}],
        [{'name': 3, 'value': 0}],
        [{'name': 'sky', 'value': 'a'}],
        [{'name': 'sky', 'value': -1}],
        [{'name': 'sky', 'value': 1.5}],
        [{'name': 'sky', 'value': True}],
        [{'name': 'sky', 'value': None}],
        [{'name': 'sky', 'color': '#fff'}],
        [{'name': 'sky', 'color': [1, 2]}],
        [{'name': 'sky', 'color': [1, 2, 999]}],
        [{'id': 2, 'name': 'road'}, {'id': 0, 'name': 'sky'}],
        {'0': 'sky', '1': 'road'},
        {'0': 'sky', '00': 'road'},
        {'sky': 0, 'road': 0},
        {'sky': None},
        {'sky': {}},
        {'sky': [0, 1]},
        {'\u0660': 'sky', '\u0661': 'road'},
        {'\u00b2': 'sky', '1': 'x', '0': 'y'},
        {'-1': 'sky'},
        {'names': ['sky', 'road', 'grass']},
        {'sky': 10**30, 'road': 1, 'grass': 2},
        {'sky': '0', 'road': '1', 'grass': '2'},
        {'categories': [{'id': 1, 'name': 'sky'}]},
        [True, False, None],
        [['sky', 0], ['road', 1], ['grass', 2]],
        ['a' * 9999, 'b', 'c'],
        [''] * 3,
        [{'name': '', 'value': 0}, {'name': ' ', 'value': 1}, {'name': 'x', 'value': 2}],
    ]
    train_named, cache_named, check_named = two('named')
    for j in jsons:
        yield from both(
            [train_named, cache_named, check_named],
            ('named',),
            'free',
            put('named/classes.json', lambda f, j=j: json.dumps(j)),
            f'{ascii(j)[:60]}: classes.json',
        )
    for k, (name, f) in enumerate(broken.items()):
        yield from both(
            [train_named, check_named],
            ('named',),
            'free' if 'bit' in name else 'either',
            harm('named/classes.json', name, f, k),
            f'{name}: classes.json',
        )
    for name, text in {
        'deep': '[' * 100_000,
        'digits': '{"sky": ' + '9' * 6000 + '}',
        'NaN': '{"sky": NaN, "road": 1, "grass": 2}',
        'Infinity': '{"sky": Infinity, "road": 1, "grass": 2}',
        'comment': '// x\n["sky"]',
        'two': '["sky"]["road"]',
        'surrogate': '["\\ud800", "road", "grass"]',
    }.items():
        yield from both(
            [train_named, check_named],
            ('named',),
            'free',
            put('named/classes.json', lambda f, t=text: t),
            f'{name}: classes.json',
        )
    train_painted, cache_painted, check_painted = two('painted')
    for name, text in {
        'a colour less': 'sky 120 170 220\nroad 90 90 100\n',
        'values': 'sky 0\nroad 1\ngrass 2\n',
        'names': 'sky\nroad\ngrass\n',
        'void value': 'sky 120 170 220\nroad 90 90 100\ngrass 60 140 50\nvoid 255\n',
        'twice': 'sky 120 170 220\nroad 120 170 220\ngrass 60 140 50\n',
        'no void': 'sky 120 170 220\nroad 90 90 100\ngrass 60 140 50\n',
        'bgr': 'sky 220 170 120\nroad 100 90 90\ngrass 50 140 60\nvoid 0 0 0\n',
    }.items():
        yield from both(
            [train_painted, cache_painted, check_painted],
            ('painted',),
            'either',
            put('painted/classes.txt', lambda f, t=text: t),
            f'{name}: colours in classes.txt',
        )

    # COCO
    voc21 = two('coco', 'coco.voc21', 'val')
    panoptic = two('coco', 'coco.panoptic', 'val')
    needs = ('coco',)
    file = 'coco/annotations/instances_val2017.json'
    places = [
        ('images',),
        ('annotations',),
        ('categories',),
        ('images', 0),
        ('images', 0, 'id'),
        ('images', 0, 'file_name'),
        ('images', 0, 'height'),
        ('images', 0, 'width'),
        ('annotations', 0),
        ('annotations', 0, 'image_id'),
        ('annotations', 0, 'category_id'),
        ('annotations', 0, 'segmentation'),
        ('annotations', 0, 'area'),
        ('annotations', 0, 'iscrowd'),
        ('annotations', 1, 'segmentation'),
        ('annotations', 1, 'segmentation', 'size'),
        ('annotations', 1, 'segmentation', 'counts'),
        ('categories', 0, 'id'),
        ('categories', 0, 'name'),
        ('annotations', 0, 'segmentation', 0),
        ('annotations', 1, 'segmentation', 'counts', 0),
    ]
    said = {
        ('annotations', 0, 'area'),
        ('annotations', 0, 'iscrowd'),
        ('annotations', 1, 'segmentation', 'counts', 0),
        ('annotations', 0, 'segmentation', 0),
    }

    def emptied(at, v):
        return (
            at in (('annotations',), ('annotations', 0, 'segmentation'))
            and v == []
            or at[-1:] in (('category_id',), ('image_id',))
            and isinstance(v, int)
            or at in said
        )  # another class, another image

    for k, at in enumerate(places):
        for w in voc21[:2]:
            yield Case(
                'notes',
                w,
                needs,
                'free' if at in (('annotations', 0), ('images', 0)) or at in said else 'either',
                edit(file, at, drop=True),
                f'without {at}: instances.json',
            )
        for v in others[k % 2 :: 2]:
            w = voc21[(k + others.index(v)) % 3]
            yield Case(
                'notes',
                w,
                needs,
                'free' if emptied(at, v) or w[1] == 'check' else 'either',
                edit(file, at, v),
                f'{at} is {ascii(v)[:40]}: instances.json',
            )
    shapes = {
        'five numbers': [[1, 2, 3, 4, 5]],
        'flat': [1, 2, 3, 4, 5, 6],
        'two points': [[1, 2, 3, 4]],
        'text': [['a'] * 6],
        'null': None,
        'nan': [[float('nan')] * 6],
        'huge': [[1e300] * 6],
        'far': [[1e6, 1e6, 2e6, 1e6, 2e6, 2e6]],
        'very far': [[1e12, 0, 0, 1e12, 5, 5]],
        'negative': [[-50, -50, 200, -50, 200, 200]],
        'empty outline': [[]],
        'nothing': [],
        'nested': [[[1, 2], [3, 4], [5, 6]]],
        'transposed': dict(size=[96, 64], counts=[6144]),
        'short': dict(size=[64, 96], counts=[5]),
        'long': dict(size=[64, 96], counts=[99999]),
        'negative runs': dict(size=[64, 96], counts=[-5, 6149]),
        'float runs': dict(size=[64, 96], counts=[6143.5, 0.5]),
        'letters': dict(size=[64, 96], counts='abc'),
        'no letters': dict(size=[64, 96], counts=''),
        'bad letters': dict(size=[64, 96], counts='\u00e9\x00'),
        'without size': dict(counts=[6144]),
        'without counts': dict(size=[64, 96]),
        'size of text': dict(size='x', counts=[6144]),
        'huge size': dict(size=[10**9, 10**9], counts=[10**18]),
        'bomb': dict(size=[64, 96], counts=[10**15]),
        'counts null': dict(size=[64, 96], counts=None),
        'runs of text': dict(size=[64, 96], counts=['6144']),
        'true': True,
        'number': 5,
        'string': 'x',
        'infinite': [[float('inf'), 1, 2, 3, 4, 5]],
    }
    legal = {'far', 'negative', 'very far', 'two points', 'nothing', 'without size'}
    for name, s in shapes.items():
        for w in voc21:
            yield Case(
                'notes',
                w,
                needs,
                'free' if name in legal or w[1] == 'check' else 'refuse',
                edit(file, ('annotations', 0, 'segmentation'), s),
                f'{name}: segmentation',
            )
    kinds = {
        'foreign': [{'id': 1, 'name': 'crack'}, {'id': 3, 'name': 'rust'}],
        'string ids': [{'id': '1', 'name': 'person'}, {'id': '3', 'name': 'car'}],
        'swapped': [{'id': 3, 'name': 'person'}, {'id': 1, 'name': 'car'}],
    }
    for name, c in kinds.items():
        for w in voc21:
            yield Case(
                'notes',
                w,
                needs,
                'free' if w[1] == 'check' else 'either',
                edit(file, ('categories',), c),
                f'{name}: categories',
            )

    def all_ids(f, g, file=file):
        p = f / file
        d = json.loads(p.read_text())
        for a in d['annotations']:
            a['category_id'] = g(a['category_id'])
        p.write_text(json.dumps(d))

    for name, g in {
        'text': str,
        'float': float,
        'plus 1000': lambda c: c + 1000,
        'list': lambda c: [c],
        'null': lambda c: None,
    }.items():
        for w in voc21:
            yield Case(
                'notes',
                w,
                needs,
                'free' if w[1] == 'check' or name == 'float' else 'refuse',
                lambda f, g=g: all_ids(f, g),
                f'{name}: every category_id',
            )
    pan = 'coco/annotations/panoptic_val2017.json'
    at0 = ('annotations', 0)
    places = [
        ('images',),
        ('annotations',),
        ('categories',),
        ('images', 0),
        ('images', 0, 'id'),
        ('images', 0, 'file_name'),
        at0,
        (*at0, 'image_id'),
        (*at0, 'file_name'),
        (*at0, 'segments_info'),
        (*at0, 'segments_info', 0),
        (*at0, 'segments_info', 0, 'id'),
        (*at0, 'segments_info', 0, 'category_id'),
        (*at0, 'segments_info', 0, 'iscrowd'),
        ('categories', 0, 'id'),
    ]
    for k, at in enumerate(places):
        for w in panoptic[:2]:
            yield Case(
                'notes',
                w,
                needs,
                'free' if at in (at0, ('images', 0)) or at[-1] == 'iscrowd' else 'either',
                edit(pan, at, drop=True),
                f'without {at}: panoptic.json',
            )
        for v in others[k % 3 :: 3]:
            w = panoptic[(k + others.index(v)) % 3]
            yield Case(
                'notes',
                w,
                needs,
                'free'
                if w[1] == 'check' or at[-1] == 'iscrowd' or at == ('annotations',) and v == []
                else 'either'
                if at[-1] != 'category_id'
                else 'free',
                edit(pan, at, v),
                f'{at} is {ascii(v)[:40]}: panoptic.json',
            )
    for k, (name, f) in enumerate(broken.items()):
        yield Case(
            'notes',
            voc21[k % 2],
            needs,
            'free' if 'bit' in name else 'either',
            harm(file, name, f, k),
            f'{name}: instances.json',
        )
        yield Case(
            'notes',
            panoptic[k % 2],
            needs,
            'free' if 'bit' in name else 'either',
            harm(pan, name, f, k),
            f'{name}: panoptic.json',
        )
        yield Case(
            'notes',
            panoptic[k % 2],
            needs,
            'either',
            harm('coco/annotations/panoptic_val2017/000000000001.png', name, f, k),
            f'{name}: panoptic PNG',
        )
    for name, data in {
        'UTF-16': json.dumps({}).encode('utf-16'),
        'deep': b'[' * 100_000,
        'empty object': b'{}',
        'list': b'[]',
        'null': b'null',
        'number': b'3',
        'BOM': None,
    }.items():
        for w, p in ((voc21[0], file), (panoptic[0], pan)):
            make = (
                (lambda f, d=data: d)
                if data is not None
                else (lambda f, p=p: b'\xef\xbb\xbf' + (f / p).read_bytes())
            )
            yield Case(
                'notes',
                w,
                needs,
                'either' if name == 'BOM' else 'refuse',
                put_keep(p, make),
                f'{name}: {p}',
            )

    # lists
    for data, root, path in (
        ('voc', 'voc', 'voc/VOCdevkit/VOC2012/ImageSets/Segmentation/train.txt'),
        ('cityscapes', 'city', 'city/cityscapes_list/train.lst'),
        ('voc.sbd', 'sbd', 'sbd/train.txt'),
    ):
        words = two(root, data)

        def first(b):
            return b.decode().splitlines()[0]

        tries = {
            'empty': lambda b: b'',
            'blank': lambda b: b'\n \n',
            'UTF-16': lambda b: b.decode().encode('utf-16'),
            'BOM': lambda b: b'\xef\xbb\xbf' + b,
            'CRLF': lambda b: b.replace(b'\n', b'\r\n'),
            'no newline': lambda b: b.rstrip(),
            'blank lines': lambda b: b'\n\n' + b.replace(b'\n', b'\n\n'),
            'tabs': lambda b: b.replace(b' ', b'\t'),
            'a name that is not there': lambda b: b + b'nothing\n',
            'latin-1': lambda b: b + b'\xff\n',
            'twice': lambda b: b + b,
            'zeros': lambda b: bytes(40),
            'zero inside': lambda b: b.replace(b'\n', b'\0\n', 1),
            'noise': lambda b: random.Random(0).randbytes(300),
            'up': lambda b: b'../../etc/passwd\n' + b,
            'absolute': lambda b: b'/etc/passwd /etc/passwd\n' + b,
            'a long line': lambda b: b + b'x' * 100_000 + b'\n',
            'commas': lambda b: b.replace(b'\n', b',\n'),
            'three columns': lambda b: b.replace(b'\n', b' 1\n'),
            'comment': lambda b: b'# list\n' + b,
            'reversed': lambda b: b'\n'.join(b.split()[::-1]),
            'a dot': lambda b: b'.\n',
            'slash': lambda b: b'/\n',
            'star': lambda b: b'*\n',
            'half': lambda b: b[: len(b) // 2],
        }
        legal = {'twice', 'reversed', 'three columns', 'commas', 'half', 'comment', 'tabs'}
        for name, g in tries.items():
            for w in words:
                yield Case(
                    'notes',
                    w,
                    (root,),
                    'free' if name in legal or w[1] == 'check' else 'either',
                    harm(path, name, lambda b, r, g=g: g(b), 0),
                    f'{name}: {path.rpartition("/")[2]} of {data}',
                )
        for name, change in {
            'gone': gone(path),
            'a folder': as_folder(path),
            'a link to itself': as_link(path, path.rpartition('/')[2]),
        }.items():
            for w in words:
                yield Case(
                    'notes',
                    w,
                    (root,),
                    'free',
                    change,
                    f'{name}: {path.rpartition("/")[2]} of {data}',
                )

    # .mat
    for k in (0, 1):
        for j, (name, f) in enumerate(
            (
                broken
                | {
                    f'a bit at byte {n}': (
                        lambda b, r, n=n: b[:n] + bytes([b[n] ^ 1 << r.randrange(8)]) + b[n + 1 :]
                    )
                    for n in range(124, 420, 8)
                }
            ).items()
        ):
            w = two('sbd', 'voc.sbd')[j % 2]
            yield Case(
                'notes',
                w,
                ('sbd',),
                'free' if 'bit' in name or 'inside' in name else 'either',
                harm(f'sbd/cls/2008_{k}.mat', name, f, j),
                f'{name}: .mat',
            )
    from_scipy = dict(
        other=lambda: dict(x=np.zeros((64, 96))),
        flat=lambda: dict(GTcls=np.zeros((64, 96))),
        text=lambda: dict(GTcls=dict(Segmentation='abc')),
        cube=lambda: dict(GTcls=dict(Segmentation=np.zeros((64, 96, 3), np.uint8))),
        floats=lambda: dict(GTcls=dict(Segmentation=np.full((64, 96), 0.5))),
        nan=lambda: dict(GTcls=dict(Segmentation=np.full((64, 96), np.nan))),
        small=lambda: dict(GTcls=dict(Segmentation=np.zeros((5, 5), np.uint8))),
        empty=lambda: dict(GTcls=dict(Segmentation=np.zeros((0, 0)))),
        outside=lambda: dict(GTcls=dict(Segmentation=np.full((64, 96), 77, np.uint8))),
        negative=lambda: dict(GTcls=dict(Segmentation=np.full((64, 96), -1, np.int16))),
        complex=lambda: dict(GTcls=dict(Segmentation=np.full((64, 96), 1j))),
        logical=lambda: dict(GTcls=dict(Segmentation=np.ones((64, 96), bool))),
        huge=lambda: dict(GTcls=dict(Segmentation=np.full((64, 96), 1e300))),
    )
    for name, make in from_scipy.items():
        for w in two('sbd', 'voc.sbd'):
            yield Case(
                'notes',
                w,
                ('sbd',),
                'free' if name == 'logical' or w[1] == 'check' else 'refuse',
                lambda f, m=make: mat(f / 'sbd/cls/2008_0.mat', m()),
                f'{name}: .mat',
            )

    # Pascal Context
    file = 'context/trainval_merged.json'
    words = two('context', 'voc.context')
    places = [
        ('images',),
        ('annos_segmentation',),
        ('images', 0),
        *(('images', 0, k) for k in ('image_id', 'file_name', 'height', 'width', 'phase')),
        ('annos_segmentation', 0),
        *(
            ('annos_segmentation', 0, k)
            for k in ('image_id', 'category_id', 'segmentation', 'area')
        ),
        ('annos_segmentation', 0, 'segmentation', 'counts'),
        ('annos_segmentation', 0, 'segmentation', 'size'),
    ]
    for k, at in enumerate(places):
        yield Case(
            'notes',
            words[k % 2],
            ('context',),
            'free' if len(at) == 2 or at[-1] == 'area' else 'either',
            edit(file, at, drop=True),
            f'without {at}: context',
        )
        for v in others[k % 3 :: 3]:
            w = words[(k + others.index(v)) % 3]
            loose = (
                at[-1] in ('area', 'category_id', 'phase')
                or at[0] == 'annos_segmentation'
                and v == []
            )
            yield Case(
                'notes',
                w,
                ('context',),
                'free' if loose or w[1] == 'check' else 'either',
                edit(file, at, v),
                f'{at} is {ascii(v)[:40]}: context',
            )


def put_keep(path, make):
    "Like `put`, of what the file still holds."

    def change(folder):
        x = make(folder)
        (folder / path).write_bytes(x)

    return change


def mat(path, d):
    from scipy.io import savemat

    savemat(path, d)


def weights():
    "Files for --init, --pretrained and convert."
    new = [
        'train',
        '--data',
        'folder',
        '--root',
        'set',
        *net,
        '--steps',
        '1',
        '--bs',
        '2',
        '--log-with',
        'none',
        '--workers',
        '0',
        '--out',
        'runs/new',
    ]

    def convert(file):
        return [
            'convert',
            f'weights/{file}',
            *net,
            '--classes',
            '3',
            '--out',
            'new.safetensors',
        ]

    needs = ('set', 'weights')
    users = {
        'whole.safetensors': [
            [*new, '--init', 'weights/whole.safetensors'],
            convert('whole.safetensors'),
        ],
        'whole.pth': [[*new, '--init', 'weights/whole.pth'], convert('whole.pth')],
        'nested.pth': [convert('nested.pth'), [*new, '--init', 'weights/nested.pth']],
        'body.pth': [[*new, '--pretrained', 'weights/body.pth'], convert('body.pth')],
    }
    for j, (file, commands) in enumerate(users.items()):
        for k, (name, f) in enumerate(
            (broken | {f'a bit at {w / 25:.1%}': flip(w / 25) for w in range(25)}).items()
        ):
            # A safetensors file of others has no checksum, so a flipped bit of a number is another
            # number
            loose = 'safetensors' in file and any(
                s in name for s in ('bit', 'inside', 'noise', 'zeros')
            )
            for words in commands[: 1 + (k + j) % 2]:
                yield Case(
                    'weights',
                    words,
                    needs,
                    'free' if loose else 'either',
                    harm(f'weights/{file}', name, f, k),
                    f'{name}: {file}',
                )
    objects = dict(
        list=[1],
        none=None,
        number=3,
        text='x',
        tensor='tensor',
        nothing={},
        code='code',
        numbers={'a': 1},
        nested={'state_dict': {'model': {'net': {}}}},
        deep={'model': {'model': {'model': 3}}},
        ints={1: 2},
        empty={'state_dict': {}},
        tuple=(1, 2),
    )
    for name, obj in objects.items():
        for file, commands in users.items():
            if not file.endswith('safetensors'):
                for words in commands:
                    yield Case(
                        'weights',
                        words,
                        needs,
                        'refuse',
                        torch_file(f'weights/{file}', obj),
                        f'{name}: {file}',
                    )
    edits = dict(
        half=lambda k, v: v.half(),
        double=lambda k, v: v.double(),
        transposed=lambda k, v: v.transpose(0, -1) if v.dim() > 1 else v,
        nan=lambda k, v: v * float('nan') if v.is_floating_point() else v,
        ints=lambda k, v: v.int(),
        complex=lambda k, v: v.to(__import__('torch').complex64),
        longer=lambda k, v: __import__('torch').cat([v, v]) if v.dim() else v,
        scalar=lambda k, v: v.flatten()[0],
        sparse=lambda k, v: v.to_sparse() if v.dim() > 1 else v,
        bool=lambda k, v: v.bool(),
        empty=lambda k, v: v[:0] if v.dim() else v,
    )
    same = {'double', 'sparse'}
    for name, g in edits.items():
        for file in ('whole.pth', 'body.pth'):
            for words in users[file]:
                yield Case(
                    'weights',
                    words,
                    needs,
                    'either'
                    if name in same
                    else 'free'
                    if name in ('half', 'bool', 'ints')
                    or name == 'transposed'
                    and file.startswith('body')
                    else 'refuse',
                    each(f'weights/{file}', g),
                    f'{name}: {file}',
                )
    renames = dict(
        module=lambda k: f'module.{k}',
        twice=lambda k: f'module.model.{k}',
        net=lambda k: f'net.{k}',
        orig=lambda k: f'_orig_mod.{k}',
        other=lambda k: f'x{k}',
        bytes=lambda k: k.encode(),
        number=lambda k: hash(k) % 10**6,
        dots=lambda k: k.replace('.', '/'),
        upper=str.upper,
        empty=lambda k: '',
    )
    for name, g in renames.items():
        for file in ('whole.pth', 'body.pth'):
            # `convert` finds the backbone behind any name, and says that the head is not there
            for words in users[file]:
                expect = 'free' if name == 'other' and words[0] == 'convert' else 'either'
                yield Case(
                    'weights',
                    words,
                    needs,
                    expect,
                    each(f'weights/{file}', lambda k, v: v, g),
                    f'names {name}: {file}',
                )
    nestings = dict(
        state_dict='state_dict',
        model='model',
        net='net',
        model_state_dict='model_state_dict',
        ema='ema',
        weights='weights',
        network='network',
        params_ema='params_ema',
        teacher='teacher',
    )
    for name, key in nestings.items():
        for file in ('whole.pth', 'body.pth'):
            for words in users[file]:
                yield Case(
                    'weights',
                    words,
                    needs,
                    'equal',
                    nest(f'weights/{file}', key),
                    f'in {name}: {file}',
                )
    heads = [
        b'',
        b'\0' * 8,
        struct.pack('<Q', 2**63),
        struct.pack('<Q', 10) + b'x' * 10,
        struct.pack('<Q', 2) + b'{}',
        struct.pack('<Q', 4) + b'null',
        struct.pack('<Q', 2) + b'[]',
        struct.pack('<Q', 100_000) + b'[' * 100_000,
    ]
    for k, d in enumerate(
        [
            *heads,
            *(
                header({'x': h})
                for h in (
                    {},
                    {'dtype': 'F32', 'shape': [-1], 'data_offsets': [0, 4]},
                    {'dtype': 'F32', 'shape': [10**12], 'data_offsets': [0, 4]},
                    {'dtype': 'X', 'shape': [1], 'data_offsets': [0, 4]},
                    {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 0]},
                    {'dtype': 'F32', 'shape': 'a', 'data_offsets': [0, 4]},
                )
            ),
            header({'__metadata__': {'pictures': 'no json'}}),
            header({'__metadata__': {'pictures': '{"mean": 3}'}}),
            header({'__metadata__': {'pictures': '[]'}}),
            header({'__metadata__': {'x': 3}}),
        ]
    ):
        for words in users['whole.safetensors']:
            yield Case(
                'weights',
                words,
                needs,
                'refuse',
                put('weights/whole.safetensors', lambda f, d=d: d),
                f'header {k}: whole.safetensors',
            )
    metas = [
        'no json',
        '{}',
        '[]',
        '3',
        'null',
        '{"mean": 3}',
        '{"mean": null}',
        '{"mean": ["a", "b", "c"]}',
        '{"mean": [1, 2]}',
        '{"mean": [NaN, 0, 0]}',
        '{"mean": [1e400, 0, 0]}',
        '{"std": [0, 0, 0]}',
        '{"std": [-1, 1, 1]}',
        '{"forward": [1]}',
        '{"mean": {"a": 1, "b": 2, "c": 3}}',
        '{"body": [1]}',
        '{"mean": [1, 2, 3], "std": [1, 1, 1]}',
    ]
    for m in metas:
        for words in users['whole.safetensors']:
            yield Case(
                'weights',
                words,
                needs,
                'free'
                if m
                in (
                    '{}',
                    '{"mean": [1, 2, 3], "std": [1, 1, 1]}',
                    '{"forward": [1]}',
                    '{"body": [1]}',
                )
                else 'either',
                meta(m),
                f'images {m}: whole.safetensors',
            )


def header(d):
    text = json.dumps(d).encode()
    return struct.pack('<Q', len(text)) + text + bytes(4)


def meta(text):
    def change(folder):
        from safetensors.torch import load_file, save_file

        p = folder / 'weights/whole.safetensors'
        save_file(load_file(p), p, {'pictures': text})

    return change


def each(path, f, name=lambda k: k):
    def change(folder):
        import torch

        d = torch.load(folder / path, weights_only=True)
        torch.save({name(k): f(k, v) for k, v in d.items()}, folder / path)

    return change


def nest(path, key):
    def change(folder):
        import torch

        torch.save({key: torch.load(folder / path, weights_only=True), 'epoch': 3}, folder / path)

    return change


def inside(case):
    """Whether a case keeps to its folder.

    It runs with the rights of whoever runs it, perhaps of root.
    """
    words = list(map(str, case.words))
    writes = [w for flag, w in zip(words, words[1:]) if flag in ('--out', '--html', '--json')]
    if words[:2] == ['data', 'get']:
        writes += [w for flag, w in zip(words, words[1:]) if flag == '--root']
    # /proc holds no files, whoever asks, but for the folder of the case itself
    return not any(
        w.startswith(('/', '~')) and not w.startswith('/proc/') or '..' in w.split('/')[:1]
        for w in writes
    )


def every():
    "All cases, always in the same order; none writes outside its folder."
    cases = [*flags(), *images(), *configs(), *runs(), *notes(), *weights()]
    return [c for c in cases if inside(c) and not any('\0' in w for w in map(str, c.words))]
