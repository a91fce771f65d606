"""A second device that exists in this process alone: code for GPUs, tested without one.

    from pretend import *
    with pretended() as waits:
        net.to(place); net(x.to(place)).sum().backward()
    print(waits) # the lines where the host had to wait for the device

`python .ci/pretend.py --trips` prints where a training may make the host wait, and how often it did
in a short one.

A tensor on it says that it is elsewhere, its values are computed on the CPU, and whatever mixes
the two places fails as it does on a GPU. With `ACCELERATE_TORCH_DEVICE=pretend:0` in the
environment a whole training runs there.

Seen: tensors made in the wrong place, and where the host waits (`.item()`, `bool(t)`, `nonzero`,
boolean masks, `.cpu()`, and copies to the device that are not `non_blocking`). Not seen: speed,
memory, how a GPU rounds, streams, autocast, NCCL.

How it is done. PyTorch keeps a key, PrivateUse1, for devices that it does not know, and can be
told that Python answers for it. A tensor there is a wrapper without memory around one on the CPU,
and every operation comes to `_carry_out`. Four facts of PyTorch shape the rest:

- Operations that name a device and take no tensor of ours, such as `torch.zeros`, reach us only
  while a mode is on; hence the context.
- Composite operations arrive whole where autograd is off. They are taken apart first, for inside
  they may make tensors of their own.
- `torch.tensor(…, device=…)` makes a tensor on the CPU and moves it behind the mode's back, unless
  PyTorch is told to lift CPU tensors only.
- A wrapper made in inference mode cannot be split into views; it is made outside of it.
"""

import argparse
import collections
import contextlib
import os
import sys
import tempfile
import traceback
from pathlib import Path
from unittest import mock

import torch

# it looks at devices when it is imported first, which must not happen in the mode
import torch._dynamo
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

__all__ = ['able', 'place', 'pretended', 'elsewhere', 'moved', 'trips_of', 'unexpected']

_setup = getattr(backend_registration, '_setup_privateuseone_for_python_backend', None)
able = _setup is not None  # older PyTorches let only C++ answer for a device
if able:
    _setup('pretend')
place = torch.device('pretend', 0) if able else None

_moves = {'aten::_to_copy', 'aten::copy_'}
_indexing = {
    f'aten::{name}'
    for name in (
        'index',
        'index_put',
        'index_put_',
        '_index_put_impl_',
        '_unsafe_index',
        '_unsafe_index_put',
    )
}
_waits = {
    f'aten::{name}'
    for name in (
        '_local_scalar_dense',
        'is_nonzero',
        'equal',
        'nonzero',
        'masked_select',
        'bincount',
        '_unique2',
        'unique_dim',
        'unique_consecutive',
        'repeat_interleave',
        '_linalg_check_errors',
    )
}
_not_ours = ('/torch/', '/accelerate/')
_counts = []  # the counters of the contexts that are open


class Elsewhere(torch.Tensor):
    "A tensor of the CPU that says it is on the pretended device."

    @staticmethod
    def __new__(cls, inner):
        "The wrapper, which has the form of `inner` and no memory."
        return torch.Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            layout=inner.layout,
            device=place,
        )

    def __init__(self, inner):
        self.inner = inner

    def __repr__(self):
        return f'Elsewhere({self.inner!r})'

    def tolist(self):
        return self.cpu().tolist()  # PyTorch refuses it for what is not a plain tensor

    def __reduce_ex__(self, protocol):
        "Files get what is inside, as a GPU's tensors come back with `map_location='cpu'`."
        return self.inner.__reduce_ex__(protocol)

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _carry_out(func, args, kwargs or {})


class _Mode(TorchDispatchMode):
    "Brings the operations without a tensor of ours to `_carry_out`, too."

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _carry_out(func, args, kwargs or {})


def _is_away(device):
    "Whether `device`, perhaps None, is the pretended one."
    return device is not None and torch.device(device).type == place.type


def _wrap(x):
    "The tensor `x` on the pretended device; anything else as it is."
    if not isinstance(x, torch.Tensor) or isinstance(x, Elsewhere):
        return x
    with torch.inference_mode(False):
        return Elsewhere(x)


def _unwrap(x):
    "What stands for `x`, a tensor, a device or anything else, on the CPU."
    if isinstance(x, Elsewhere):
        return x.inner
    return torch.device('cpu') if isinstance(x, torch.device) and _is_away(x) else x


def _tensors(x):
    "All tensors in the nested lists and dictionaries of `x`."
    return [t for t in tree_leaves(x) if isinstance(t, torch.Tensor)]


def _check_places(name, args, kwargs):
    "A `RuntimeError` where a GPU would raise one; numbers, tensors without dimensions, may mix."
    if name in _moves:
        return
    if name in _indexing:
        target = args[0]
        indices = _tensors(args[1])
        values = _tensors(args[2:3])
    else:
        target = None
        indices = []
        values = _tensors((args, kwargs))
    away = isinstance(target, Elsewhere)
    if not away and any(isinstance(i, Elsewhere) for i in indices):
        raise RuntimeError(
            'indices should be either on cpu or on the same device as the indexed tensor (cpu)'
        )
    together = values + [target] * (target is not None)
    places = {isinstance(t, Elsewhere) for t in together if isinstance(t, Elsewhere) or t.dim()}
    if len(places) > 1:
        raise RuntimeError(
            'Expected all tensors to be on the same device, but found at least two devices, '
            f'{place} and cpu! ({name})'
        )


def _crosses(name, args, kwargs):
    "Whether a copy goes from one place to the other."
    if name == 'aten::copy_':
        target, source = args[:2]
        return isinstance(target, Elsewhere) != isinstance(source, Elsewhere)
    asked = kwargs.get('device')
    return asked is not None and _is_away(asked) != isinstance(args[0], Elsewhere)


def _host_waits(name, args, kwargs):
    "Whether the host has to wait for the device in this operation."
    if name in _moves:
        is_queued = kwargs.get('non_blocking', False) or (
            name == 'aten::copy_' and True in args[2:]
        )
        return _crosses(name, args, kwargs) and not is_queued
    given = _tensors((args, kwargs))
    if not any(isinstance(t, Elsewhere) for t in given):
        return False
    if name not in _indexing:
        return name in _waits
    # masks have to be counted, and indices of the CPU to be sent
    indices = _tensors(args[1])
    return any(i.dtype in (torch.bool, torch.uint8) for i in indices) or not all(
        isinstance(i, Elsewhere) for i in indices
    )


def _caller():
    "The file, the function and the line outside of PyTorch and of here that asked for it."
    for f in reversed(traceback.extract_stack()):
        if f.filename != __file__ and not any(part in f.filename for part in _not_ours):
            return f'{Path(f.filename).name} {f.name}: {f.line}'
    return '?'


def _take_apart(func, args, kwargs):
    "The result of a composite operation, made of its parts; `NotImplemented` for all others."
    composite = torch._C._dispatch_has_kernel_for_dispatch_key(
        func.name(), 'CompositeImplicitAutograd'
    )
    if not composite or func._schema.name in _moves:
        return NotImplemented
    with _Mode():
        return func.decompose(*args, **kwargs)


def _on_the_cpu(func, args, kwargs):
    "The result of an operation with the wrappers taken off."
    kwargs = dict(kwargs)
    if kwargs.get('device') is not None:
        kwargs['device'] = _unwrap(torch.device(kwargs['device']))
    if kwargs.get('pin_memory'):
        kwargs['pin_memory'] = False
    return func(*tree_map(_unwrap, args), **tree_map(_unwrap, kwargs))


def _carry_out(func, args, kwargs):
    "One operation: checked, counted, computed on the CPU, and put where a GPU would leave it."
    made = _take_apart(func, args, kwargs)
    if made is not NotImplemented:
        return made
    name = func._schema.name
    given = _tensors((args, kwargs))
    there = any(isinstance(t, Elsewhere) for t in given)
    asked = kwargs.get('device')
    _check_places(name, args, kwargs)
    if _counts and _host_waits(name, args, kwargs):
        for c in _counts:
            c[_caller()] += 1
    out = _on_the_cpu(func, args, kwargs)
    if isinstance(kwargs.get('out'), torch.Tensor):
        return kwargs['out']
    in_place = func._schema.is_mutable and name.endswith('_')
    if in_place and isinstance(args[0], torch.Tensor):
        return args[0]
    stays = there if asked is None else _is_away(asked)
    if name == 'aten::_local_scalar_dense' or not stays:
        return out
    known = {id(_unwrap(t)): t for t in given}  # an operation may hand back what it was given
    return tree_map(
        lambda t: known[id(t)] if isinstance(t, torch.Tensor) and id(t) in known else _wrap(t), out
    )


@contextlib.contextmanager
def pretended():
    "The device is there; gives a counter of the lines at which the host waited for it."
    waits = collections.Counter()
    before = torch._C._only_lift_cpu_tensors()
    torch._C._set_only_lift_cpu_tensors(True)
    _counts.append(waits)
    try:
        with _Mode():
            yield waits
    finally:
        _counts.pop()
        torch._C._set_only_lift_cpu_tensors(before)


def elsewhere(f):
    "Run `f` at once with the pretended device, or say why not; for the cells of a notebook."
    if not able:
        return print(f'skipped: PyTorch {torch.__version__} cannot pretend a device')
    with pretended():
        return f()


def moved(x, to=None):
    "`x` with all its tensors at `to`, the pretended device by default."
    return tree_map(lambda t: t.to(to or place) if isinstance(t, torch.Tensor) else t, x)


# Where the host may wait: in which part of a training, at which function, and why
allowed = {
    'update': {
        'training.py optimiser_step': 'a step in fp16: whether the scaled gradient overflowed',
        'eomt.py _truths': 'EoMT: which classes an image has',
        'eomt.py _matching': 'EoMT: answers are matched to the truth on the host',
    },
    'tick': {
        'progress.py tick': 'the loss beside the bar, at most twice a second',
        'progress.py _line': 'the loss in a line, once a minute where there is no terminal',
    },
    'log_row': {'validation.py mean_train_loss': 'the mean loss, every --log-every steps'},
    'score_validation': {
        'validation.py mean_train_loss': 'whether the training has diverged, once',
        'device.py move_together': 'counts and losses of the images, once per batch',
        'weight_files.py _copied': 'a file of new best weights',
    },
    'preview_image': {
        'validation.py preview_image': 'three images, and what the network says of them'
    },
    'checkpoint_state': {
        'checkpoint.py checkpoint_state': 'the loss since the last line of the log',
        'checkpoint.py _snapshot': 'all tensors, which a GPU copies together; one wait',
    },
    'dry_run': {'dry_run.py _loss_of': 'whether the loss acts, before the first step'},
}


def trips_of(train) -> dict:
    "Of each part of the training that `train()` is, how often each line makes the host wait."
    import segbench.engine.checkpoint as checkpoint
    import segbench.engine.fit as fit
    from segbench.engine.progress import ProgressTable
    from segbench.engine.training import Training

    # the others are functions that `fit` calls by their names
    owners = dict(update=Training, tick=ProgressTable, checkpoint_state=checkpoint)
    found = {part: [] for part in allowed}

    def counted(part, call):
        def counting(*args, **kwargs):
            with pretended() as waits:
                result = call(*args, **kwargs)
            found[part].append(waits)
            return result

        return counting

    with contextlib.ExitStack() as patches:
        for part in allowed:
            owner = owners.get(part, fit)
            call = counted(part, getattr(owner, part))
            patches.enter_context(mock.patch.object(owner, part, call))
        train()
    return found


def unexpected(found: dict) -> list:
    "Of what `trips_of` found, the lines that `allowed` does not name."
    return [
        f'{part}: {line}'
        for part, calls in found.items()
        for waits in calls
        for line in waits
        if line.partition(':')[0] not in allowed[part]
    ]


def _short_training(folder: Path):
    "Four steps on the device, with all that a training can do."
    from segbench.data.scenes.scenes import scenes
    from segbench.engine.fit import fit
    from segbench.engine.inference import create_model

    sets = [scenes(split=split, n=9, size=(64, 96)) for split in ('train', 'val')]
    with mock.patch.dict(os.environ, ACCELERATE_TORCH_DEVICE=str(place)), pretended():
        fit(
            *(create_model('fcn', 11, 'test_resnet'), *sets, folder),
            **dict(steps=4, bs=2, accum=2, eval_every=1, log_every=2, val_bs=4, ema=0.9, clip=1.0),
            **dict(loss='ce+lovasz+focal+ohem', class_weights='sqrt', jitter=0.3, stain=0.1),
            **dict(blur=0.5, photometric=2, cutmix=0.5, classmix=0.5, copy_paste=0.5),
            **dict(rare_classes=0.05, class_max=0.75),
            **dict(precision='no', log_with='none', progress=False, workers=0),
        )


def main():
    "Print the list, and how often a short training made the host wait at each line."
    p = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    p.add_argument('--trips', action='store_true', help='where the host may wait for a GPU')
    if not p.parse_args().trips:
        return p.print_help()
    with tempfile.TemporaryDirectory() as tmp:
        os.environ['SEGBENCH_CACHE'] = f'{tmp}/cache'
        found = trips_of(lambda: _short_training(Path(tmp) / 'run'))
    for part, lines in allowed.items():
        calls = found[part]
        print(f'{part}: {len(calls)} calls, {sum(sum(c.values()) for c in calls)} waits')
        for where, why in lines.items():
            counts = [sum(n for k, n in c.items() if k.startswith(f'{where}:')) for c in calls]
            print(f'  {max(counts, default=0):3} at most per call  {where}: {why}')
    wrong = unexpected(found)
    print(*wrong, sep='\n')
    sys.exit(bool(wrong))


if __name__ == '__main__':
    main()
