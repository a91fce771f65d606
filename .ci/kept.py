"What of a run is kept in the repository."

import json
import shutil
from pathlib import Path


def keep_run(source: Path, target: Path, evaluations: str):
    """Copy what may be published of the run in `source`, whole or not at all.

    Without weights, images and folders of this machine; of its evaluations, those that fit the
    pattern `evaluations`.
    """
    part = target.with_name(f'{target.name}.part')
    shutil.rmtree(part, ignore_errors=True)
    (part / 'eval').mkdir(parents=True)
    config = json.loads((source / 'config.json').read_text())
    for key in ('argv', 'data_folder'):  # they name folders of this machine
        config.pop(key, None)
    (part / 'config.json').write_text(json.dumps(config, indent=1) + '\n')
    shutil.copy(source / 'log.jsonl', part)
    for file in (source / 'eval').glob(evaluations):
        if file.suffix in ('.json', '.npz'):
            shutil.copy(file, part / 'eval')
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
