"The versions of this environment as pip constraints: all that segbench and its tests need."

import re
from importlib.metadata import distributions

from packaging.specifiers import SpecifierSet
from packaging.version import Version

# CUDA's and Triton's packages are chosen by PyTorch itself, others on every platform.
left_out = re.compile(r'^(nvidia|cuda|triton|segbench|pip$|setuptools$|wheel$)')


def marker(requires_python: str | None) -> str:
    "Where a version is asked for: Python 3.11, or the later one that the package itself asks for"
    # a version that this Python cannot have makes pip search for minutes and then give up
    least = [Version(s.version) for s in SpecifierSet(requires_python or '') if s.operator == '>=']
    if least and max(least) > Version('3.11'):
        return f'python_full_version >= "{max(least)}"'
    return 'python_version >= "3.11"'


print(
    '# The versions that CI ran with. Written by `make constraints`; '
    'used by `make demo` and `make test`.'
)
print('# Python 3.10 takes what it finds: newer numpy and scipy need 3.11.')
found = {d.metadata['Name'].lower().replace('_', '-'): d for d in distributions()}
for name, package in sorted(found.items()):
    if not left_out.match(name):
        # a local label such as +cu130 names a build, which differs between machines
        version = package.version.partition('+')[0]
        print(f'{name}=={version}; {marker(package.metadata["Requires-Python"])}')
