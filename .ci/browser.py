"Notebooks in a real browser: JupyterLab driven by Playwright; nbs/tests/lab.ipynb shows how."

import atexit
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

root = Path(__file__).resolve().parents[1]
screens = root / 'runs/screens'
chromium = next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None
)
flags = (
    '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking '
    '--disable-component-update --disable-sync'
).split()
idle = (
    '() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status == '
    "'idle'"
)
# What of the outputs has more in it than it shows, or reaches beyond the notebook. A magnified
# image does, and so do the handle of a slider and the words in a list or a field.
too_wide = """() => {
  const edge = document.querySelector('.jp-Notebook').getBoundingClientRect().right
  const free = '.frame, .frame *, .slider-container, .slider-container *, '
    + 'select, select *, input, textarea'
  return [...document.querySelectorAll('.jp-OutputArea-output, .jp-OutputArea-output *')]
    .filter(e => e.getClientRects().length && e.clientWidth && !e.matches(free))
    .filter(e => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > edge + 1)
    .map(e => `too wide: ${e.tagName} ${e.className} ${e.scrollWidth} in ${e.clientWidth} pixels: `
      + (e.innerText ?? '').slice(0, 60))
}"""
overrides = {
    '@jupyterlab/apputils-extension:notification': dict(
        fetchNews='false', checkForUpdates=False, doNotDisturbMode=True
    ),
    '@jupyterlab/notebook-extension:tracker': dict(windowingMode='none'),
}


def small_shot(file, width=680):
    "The screenshot in `file` for a notebook, `width` pixels wide, as JPEG or PNG: what is smaller."
    from IPython import display
    from PIL import Image

    image = Image.open(file).convert('RGB')
    image = image.resize((width, width * image.height // image.width), Image.LANCZOS)
    as_jpeg = io.BytesIO()
    as_png = io.BytesIO()
    image.save(as_jpeg, 'JPEG', quality=60, optimize=True)
    image.quantize(32, Image.Quantize.MAXCOVERAGE).save(as_png, 'PNG', optimize=True)
    smaller = min(as_jpeg.getvalue(), as_png.getvalue(), key=len)
    return display.Image(smaller)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Lab:
    """JupyterLab in a folder of its own and a browser in a thread of its own, where Playwright
    finds no event loop of IPython's. One page, notebook and kernel serve all. The side bar stays
    open, as most people have it, which leaves some 850 of the 1280 pixels to a cell.
    """

    def __init__(self, width=1280, height=900):
        self.tmp = Path(tempfile.mkdtemp())
        self.port = free_port()
        (self.tmp / 'settings').mkdir()
        (self.tmp / 'settings/overrides.json').write_text(json.dumps(overrides))
        (self.tmp / 'work').mkdir()
        (self.tmp / 'work/lab.ipynb').write_text(json.dumps(notebook()))
        own = {f'{k}_DIR': str(self.tmp / k) for k in ('JUPYTER_CONFIG', 'JUPYTER_DATA')} | dict(
            IPYTHONDIR=str(self.tmp / 'ipython'),
            SEGBENCH_CACHE=str(self.tmp / 'cache'),
            PYTHONPATH=str(root),
            OMP_NUM_THREADS='1',
            IN_TEST='1',
        )  # with which nbdev exports nothing
        words = (
            '-m jupyterlab --no-browser --allow-root --ServerApp.ip=127.0.0.1 '
            f'--ServerApp.port={self.port} --IdentityProvider.token= '
            '--LabApp.expose_app_in_browser=True'
        )
        self.server = subprocess.Popen(
            [
                sys.executable,
                *words.split(),
                f'--ServerApp.root_dir={self.tmp / "work"}',
                f'--LabApp.app_settings_dir={self.tmp / "settings"}',
            ],
            env=os.environ | own,
            stdout=(self.tmp / 'log').open('w'),
            stderr=subprocess.STDOUT,
        )
        atexit.register(self.server.kill)
        self.thread = ThreadPoolExecutor(1)
        self.thread.submit(self.start, width, height).result()

    def start(self, width, height):
        from playwright.sync_api import sync_playwright

        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=chromium, args=flags)
        page = self.browser.new_context(viewport=dict(width=width, height=height)).new_page()
        while self.server.poll() is None:
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{self.port}/api/status', timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        self.view = View(page, f'http://127.0.0.1:{self.port}')

    def close(self):
        self.thread.submit(lambda: (self.browser.close(), self.playwright.stop())).result()
        self.server.terminate()
        self.server.wait(20)
        shutil.rmtree(self.tmp, ignore_errors=True)

    def run(self, cells, script):
        "Put `cells` into the notebook, run them, hand the page to `script`, and look for errors."
        try:
            self.view.open(notebook(cells))
            shown = script(self.view)
            self.view.check()
            return shown
        except BaseException:
            screens.mkdir(parents=True, exist_ok=True)
            self.view.page.screenshot(path=screens / f'failed-{script.__name__}.png')
            raise


def notebook(cells=()):
    "A notebook of these cells, as a dictionary; if it is one path, those of a notebook of ours."
    if len(cells) == 1 and cells[0].endswith('.ipynb'):
        cells = [
            ''.join(c['source'])
            for c in json.loads((root / cells[0]).read_text())['cells']
            if c['cell_type'] == 'code'
        ]

    def cell(k, c):
        return dict(
            cell_type='code', id=f'c{k}', metadata={}, outputs=[], execution_count=None, source=c
        )

    return dict(
        cells=[cell(*kc) for kc in enumerate(cells)],
        metadata=dict(kernelspec=dict(display_name='python3', language='python', name='python3')),
        nbformat=4,
        nbformat_minor=5,
    )


class View:
    """A notebook in the browser.

    `page` is Playwright's; the rest finds widgets as a person does and waits for answers.
    """

    def __init__(self, page, url, seconds=180):
        self.page = page
        self.url = url
        self.errors = []
        page.set_default_timeout(1000 * seconds)
        page.on('console', lambda m: self.errors.append(m.text) if m.type == 'error' else None)
        page.on('pageerror', lambda e: self.errors.append(str(e)))
        page.goto(f'{url}/lab/tree/lab.ipynb?reset')
        page.wait_for_selector('.jp-Notebook')
        page.wait_for_function(idle)

    def open(self, nb):
        self.errors.clear()
        self.page.evaluate(
            'nb => { jupyterapp.shell.currentWidget.content.model.fromJSON(nb) }', nb
        )
        self.page.evaluate(
            "() => { jupyterapp.commands.execute('notebook:run-all-cells') }"
        )  # braces: returning the promise can hang for ever
        self.page.wait_for_function(
            (
                "() => ![...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].some(p => "
                '/\\[[ *]\\]/.test(p.innerText)) '
            ),
            polling=100,
        )
        self.page.wait_for_function(idle)

    # a widget is found by its description, a button by what is written on it
    def button(self, name):
        return self.page.locator('.jp-OutputArea').get_by_role('button', name=name)

    def press(self, name):
        self.button(name).first.click()

    def labelled(self, name):
        return (
            self.page.locator(
                '.jupyter-widgets', has=self.page.locator(f'.widget-label:text-is("{name}")')
            )
            .filter(visible=True)
            .last
        )

    def choose(self, name, option):
        self.labelled(name).locator('select').select_option(option)

    def type(self, name, text):
        box = self.labelled(name).locator('input').last
        box.fill(str(text))
        box.press('Enter')

    def slide(self, name, steps=1):
        self.labelled(name).locator('.noUi-handle').first.focus()
        for _ in range(abs(steps)):
            self.page.keyboard.press('ArrowRight' if steps > 0 else 'ArrowLeft')

    def upload(self, name, file):
        with self.page.expect_file_chooser() as chooser:
            self.press(name)
        chooser.value.set_files(file)

    def tabs(self, selector, most=60):
        "Press Tab until the focus is on `selector`; what it met on the way."
        met = []
        while len(met) < most and not self.page.evaluate(
            's => document.activeElement.matches(s)', selector
        ):
            self.page.keyboard.press('Tab')
            met.append(
                self.page.evaluate(
                    "() => (e => (e.innerText || e.closest('.jupyter-widgets')?.innerText || "
                    "e.className).split('\\n')[0])(document.activeElement)"
                )
            )
        assert len(met) < most, met
        return met

    def text(self, selector):
        return self.page.locator(selector).first.inner_text()

    def wait(self, selector, text):
        "Until `selector` shows `text`."
        self.page.wait_for_function(
            '([s, t]) => document.querySelector(s)?.innerText.includes(t)', arg=[selector, text]
        )

    def answer(self, act, selector, attribute='innerText'):
        """What `selector` shows once `act()` has changed it, and after how many seconds of
        processor time of kernel and page.
        """
        read = (
            '([s, a, old]) => { const e = document.querySelector(s); '
            'const v = e && (e[a] ?? e.getAttribute(a)); return old === undefined ? v : '
            'v !== old }'
        )
        old = self.page.evaluate(read, [selector, attribute])
        t = spent()
        act()
        self.page.wait_for_function(read, arg=[selector, attribute, old], polling=30)
        return self.page.evaluate(read, [selector, attribute]), spent() - t

    def shot(self, name, selector=None):
        """Keep a screenshot of the window, or of the last `selector`, all of it, in runs/screens.

        Returns a small one for a notebook.
        """
        screens.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_function(idle)
        what = self.page.locator(selector).last if selector else self.page
        size = self.page.viewport_size
        if selector:
            self.page.set_viewport_size(
                size | dict(height=max(size['height'], round(what.bounding_box()['height']) + 200))
            )
        what.screenshot(path=screens / f'{name}.png')
        self.page.set_viewport_size(size)
        return small_shot(screens / f'{name}.png')

    def check(self):
        """Nothing went wrong: in a cell, on the error stream, in the browser's console.

        Nothing is wider than its place, beside JupyterLab's open side bar.
        """
        wide = self.page.evaluate(too_wide)
        shown = self.page.locator(
            '[data-mime-type="application/vnd.jupyter.error"], '
            '[data-mime-type="application/vnd.jupyter.stderr"]'
        ).all_inner_texts()
        if wrong := shown + self.errors + wide:
            raise AssertionError('\n'.join(wrong))


def spent():
    "Seconds of processor time that the kernel and the page have used."

    def ours(p):
        return any(w in ('ipykernel_launcher', '--type=renderer') for w in p.cmdline())

    return sum(sum(p.cpu_times()[:2]) for p in psutil.Process().children(recursive=True) if ours(p))


lab = []


def in_lab(*cells):
    """Run the function below on a notebook of `cells`, or on a file of ours, in the browser.

    Its name stands for what it returns, None without a browser.
    """

    def run(script):
        if not chromium:
            return
        if not lab:
            lab.append(Lab())
        return lab[0].thread.submit(lab[0].run, cells, script).result()

    return run


def close_lab():
    "End browser and server."
    if lab:
        lab.pop().close()
