"Everything about the package is in settings.ini: edit there, not here."

from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

ini = ConfigParser(delimiters=['='])
ini.read('settings.ini', encoding='utf8')
cfg = ini['DEFAULT']
name = cfg['lib_name']

setup(
    name=name,
    version=cfg['version'],
    description=cfg['description'],
    keywords=cfg['keywords'],
    author=cfg['author'],
    author_email=cfg['author_email'],
    license='Apache-2.0',
    url=cfg['git_url'],
    long_description=Path('README.md').read_text(encoding='utf8'),
    long_description_content_type='text/markdown',
    packages=find_packages(include=[name, f'{name}.*']),
    package_data={name: ['py.typed', 'example/**']},
    python_requires='>=' + cfg['min_python'],
    package_dir={
        '': '.'
    },  # pip install -e adds this folder to the path: beside a clone called segbench, Python would else take the clone for the package
    install_requires=cfg['requirements'].split(),
    extras_require={
        'dev': cfg['dev_requirements'].split(),
        'docs': cfg['docs_requirements'].split(),
        'arrow': cfg['arrow_requirements'].split(),
        'onnx': cfg['onnx_requirements'].split(),
        'geo': cfg['geo_requirements'].split(),
        'medical': cfg['medical_requirements'].split(),
        'serve': cfg['serve_requirements'].split(),
        'track': cfg['track_requirements'].split(),
    },
    entry_points={
        'console_scripts': cfg['console_scripts'].split(),
        'nbdev': [f'{name}={name}._modidx:d'],
    },
)
