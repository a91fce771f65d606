"Whether this Python can run segbench; `make` asks before it makes an environment."

import sys

# written so that a Python of any age reads it
if sys.version_info[:2] < (3, 10):  # noqa: UP036
    version = sys.version.split()[0]
    sys.exit(
        'segbench needs Python 3.10 or newer, and ' + sys.executable + ' is ' + version + '; '
        'name another one: make demo PYTHON=python3.12'
    )
