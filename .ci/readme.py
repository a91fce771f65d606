"Render nbs/index.ipynb to README.md, with its links as seen from the top, without quarto."

import re
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

nb = nbformat.read('nbs/index.ipynb', 4)
nb.metadata['language_info'] = {'name': 'python'}
nb.cells = [c for c in nb.cells if not re.match(r'#\|\s*hide\b', c.source)]
text = MarkdownExporter().from_notebook_node(nb)[0].strip() + '\n'
text = re.sub(r'\]\((?!https?:|\.\./)', '](nbs/', text).replace('](../', '](')
Path('README.md').write_text(text, encoding='utf8')
