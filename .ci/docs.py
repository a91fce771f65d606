"""The notebooks as a site that can be searched: `make docs` leaves it in _docs/site.

Fonts, search and formulas need no network. Search wants a server, be it the smallest:
`python -m http.server -d _docs/site`.
"""

import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import nbformat
import yaml
from fastcore.docments import docments, empty
from latex2mathml.converter import convert as to_mathml
from nbconvert import MarkdownExporter

from segbench.cli import commands, functions
from segbench.core.command import parser

root = Path(__file__).resolve().parents[1]
out = root / '_docs'
pages = out / 'pages'
rooms = sorted(p.name for p in (root / 'nbs').iterdir() if re.match(r'\d_', p.name))
ini = ConfigParser(delimiters=['='])
ini.read(root / 'settings.ini', encoding='utf8')
repository = ini['DEFAULT']['git_url']
# what is no notebook, and its page
texts = {
    'README.md': 'index.md',
    'CONTRIBUTING.md': 'CONTRIBUTING.md',
    'CHANGELOG.md': 'CHANGELOG.md',
}


def title(room: str) -> str:
    "What the menu calls a room."
    return dict(nn='Layers and weights').get(room[2:], room[2:].capitalize())


# ── notebooks


def formulas(text: str) -> str:
    "TeX between dollars as MathML, which browsers show by themselves; code stays as it is."
    parts = re.split(r'(```.*?```|`[^`\n]+`)', text, flags=re.S)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(
            r'\$\$(.+?)\$\$', lambda m: to_mathml(m[1], display='block'), parts[i], flags=re.S
        )
        parts[i] = re.sub(r'\$(?!\s)([^$\n]+?)(?<!\s)\$', lambda m: to_mathml(m[1]), parts[i])
    return ''.join(parts)


def is_hidden(cell) -> bool:
    "Whether a cell is only there for the tests or for nbdev."
    return bool(re.match(r'#\|\s*(hide|default_exp)\b', cell.source))


def without_directives(source: str) -> str:
    "A code cell without what it says to nbdev."
    return re.sub(r'^#\|.*\n?', '', source, flags=re.M).strip('\n')


def one_block(html: str) -> str:
    "HTML that Markdown passes on: no empty lines, and closed by its own element."
    lines = [line for line in html.splitlines() if line.strip()]
    return '\n'.join(['<div class="output">', *lines, '</div>'])


def prepared(notebook: Path):
    "A notebook with what a reader wants to see of it."
    nb = nbformat.read(notebook, 4)
    nb.metadata['language_info'] = {'name': 'python'}
    nb.cells = [cell for cell in nb.cells if not is_hidden(cell)]
    for cell in nb.cells:
        if cell.cell_type == 'markdown':
            cell.source = formulas(cell.source)
            continue
        cell.source = without_directives(cell.source)
        for output in cell.outputs:
            if 'text/html' in output.get('data', {}):
                output.data['text/html'] = one_block(output.data['text/html'])
    return nb


def write_notebook(notebook: Path):
    "A notebook as a page, with its pictures beside it."
    where = pages / notebook.relative_to(root)
    exporter = MarkdownExporter()
    resources = dict(unique_key=f'{where.stem}_files', output_files_dir=f'{where.stem}_files')
    text, found = exporter.from_notebook_node(prepared(notebook), resources)
    if notebook.parent.name == 'tests':
        text = f'---\nsearch:\n  exclude: true\n---\n{text}'
    where.parent.mkdir(parents=True, exist_ok=True)
    for name, content in found['outputs'].items():
        (where.parent / name).parent.mkdir(exist_ok=True)
        (where.parent / name).write_bytes(content)
    where.with_suffix('.md').write_text(with_links(text, notebook.parent), encoding='utf8')


# ── links


def with_links(text: str, folder: Path) -> str:
    "Links to notebooks lead to their pages, and those to other files to the repository."

    def moved(found) -> str:
        target, hash_, part = found[1].partition('#')
        if not target or re.match(r'[a-z]+:', target):
            return found[0]
        file = (folder / target).resolve()
        if not file.is_relative_to(root) or not file.exists():
            return found[0]  # pictures of a page, or a wrong link, which mkdocs finds
        if file.suffix == '.ipynb':
            return f']({target.removesuffix(".ipynb")}.md{hash_}{part.lower()})'
        if file.name in texts.values() or file.parent.name == 'images':
            return found[0]
        return f']({repository}/blob/main/{file.relative_to(root).as_posix()})'

    return re.sub(r'\]\(([^)\s]+)\)', moved, text)


def write_texts():
    "The pages that are no notebooks, and the pictures of the first one."
    shutil.copytree(root / 'nbs/images', pages / 'nbs/images')
    for name, page in texts.items():
        text = with_links((root / name).read_text(encoding='utf8'), root)
        (pages / page).write_text(text, encoding='utf8')


# ── reference


def write_commands():
    "`segbench NAME --help` of every command."
    os.environ['COLUMNS'] = '100'
    parts = ['# Commands\n']
    for name, what in commands.items():
        module, _, function = functions.get(name, f'{name}.main').partition('.')
        f = getattr(importlib.import_module(f'segbench.{module}'), function)
        said = parser(f, f'segbench {name}').format_help()
        parts.append(f'## segbench {name}\n\n{what[0].upper()}{what[1:]}.\n\n```text\n{said}```\n')
    (pages / 'commands.md').write_text('\n'.join(parts), encoding='utf8')


def arguments(f) -> list[str]:
    "A line for each argument of `f` that has a comment, and one for what it returns."
    lines = []
    for name, about in docments(f, full=True, returns=True).items():
        said = re.sub(r'\s+', ' ', about.docment or '')
        if not said:
            continue
        default = '' if about.default in (empty, None) else f', by default `{about.default!r}`'
        title = 'returns' if name == 'return' else f'`{name}`'
        lines.append(f'- {title}: {said}{default}')
    return lines


def signature(name: str, thing) -> str:
    "The signature of `thing`, an argument per line where one line is too short."
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    one_line = f'{name}{found}'
    if len(one_line) > 80:
        inside = ''.join(f'    {p},\n' for p in found.parameters.values())
        one_line = f'{name}(\n{inside}){str(found).rpartition(")")[2]}'
    return re.sub(r'\b(?:segbench|torch|numpy|pathlib|collections)\.(?:\w+\.)*', '', one_line)


def entry(name: str, thing) -> str:
    "What there is to say of a public function or class."
    kind = 'class ' if inspect.isclass(thing) else ''
    doc = re.split(r'\n\n', inspect.getdoc(thing) or '')[0]
    lines = '\n'.join(arguments(thing))
    return f'### `{name}`\n\n```python\n{kind}{signature(name, thing)}\n```\n\n{doc}\n\n{lines}\n'


def write_api(room: str):
    "The public functions and classes of a room."
    parts = [f'# {title(room)}: functions and classes\n']
    for notebook in sorted((root / 'nbs' / room).rglob('*.ipynb')):
        found = re.search(r'#\| default_exp ([\w.]+)', notebook.read_text(encoding='utf8'))
        module = importlib.import_module(f'segbench.{found[1]}')
        names = [n for n in module.__all__ if callable(getattr(module, n, None))]
        link = f'../{notebook.relative_to(root).with_suffix(".md").as_posix()}'
        parts.append(f'## segbench.{found[1]}\n\n{module.__doc__} [Notebook]({link})\n')
        parts += [entry(n, getattr(module, n)) for n in names]
    (pages / 'api').mkdir(exist_ok=True)
    (pages / f'api/{room}.md').write_text('\n'.join(parts), encoding='utf8')


# ── the site


def of(folder: str) -> list[str]:
    "The pages of a folder of notebooks."
    found = sorted((pages / 'nbs' / folder).rglob('*.md'))
    return [p.relative_to(pages).as_posix() for p in found]


def navigation() -> list:
    "What the menu shows."
    first = ['nbs/tutorials/first_run.md', 'nbs/tutorials/own_data.md']
    tutorials = first + [p for p in of('tutorials') if p not in first]
    menu = [{'Home': 'index.md'}, {'Tutorials': tutorials}]
    menu += [{'Results': of('results')}, {'Commands': 'commands.md'}]
    menu.append({'Notebooks': [{title(room): of(room)} for room in rooms]})
    menu.append({'Functions': [{title(room): f'api/{room}.md'} for room in rooms]})
    menu.append({'Tests': of('tests')})
    return [*menu, {'Contributing': 'CONTRIBUTING.md'}, {'Changes': 'CHANGELOG.md'}]


style = """
.md-typeset .output { overflow-x: auto; }
.md-typeset math[display=block] { margin: 1em 0; }
.md-grid { max-width: 76rem; }
/* a line of code has up to 100 columns: they fit a screen of 1280 pixels */
.md-typeset pre > code { font-size: .65rem; }
@media (min-width: 76.25em) {
  .md-sidebar { width: 9.4rem; }
  .md-sidebar__scrollwrap { width: 9.4rem; }
}
"""


def settings() -> dict:
    "Those of mkdocs."
    palette = [
        {'scheme': 'default', 'primary': 'white', 'toggle': {'icon': 'material/weather-night'}},
        {'scheme': 'slate', 'primary': 'black', 'toggle': {'icon': 'material/weather-sunny'}},
    ]
    features = ['navigation.tabs', 'navigation.top', 'content.code.copy', 'search.highlight']
    theme = dict(name='material', font=False, features=features, palette=palette)
    return dict(
        site_name='segbench',
        site_description=ini['DEFAULT']['description'],
        docs_dir=str(pages),
        site_dir=str(out / 'site'),
        extra=dict(social=[dict(icon='fontawesome/brands/github', link=repository)]),
        use_directory_urls=False,
        theme=theme,
        plugins=['search'],
        extra_css=['style.css'],
        markdown_extensions=['tables', 'attr_list', 'md_in_html', 'pymdownx.superfences'],
        validation=dict(links=dict(not_found='warn', anchors='warn', unrecognized_links='warn')),
        nav=navigation(),
    )


def main():
    shutil.rmtree(out, ignore_errors=True)
    pages.mkdir(parents=True)
    for notebook in sorted((root / 'nbs').rglob('*.ipynb')):
        if notebook.name != 'index.ipynb':
            write_notebook(notebook)
    write_commands()
    for room in rooms:
        write_api(room)
    write_texts()
    (pages / 'style.css').write_text(style)
    (out / 'mkdocs.yml').write_text(yaml.safe_dump(settings(), sort_keys=False))
    words = [
        sys.executable,
        '-m',
        'mkdocs',
        'build',
        '--strict',
        '-q',
        '-f',
        str(out / 'mkdocs.yml'),
    ]
    quiet = os.environ | dict(NO_MKDOCS_2_WARNING='1')
    subprocess.run(words, check=True, env=quiet)
    print(f'open {out / "site/index.html"}')


if __name__ == '__main__':
    main()
