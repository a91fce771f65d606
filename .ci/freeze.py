"The versions of this environment as pip constraints: all that segbench and its tests need."

import re
from importlib.metadata import distributions

# CUDA's and Triton's packages are chosen by PyTorch itself, others on every platform.
left_out = re.compile(r'^(nvidia|cuda|triton|segbench|pip$|setuptools$|wheel$)')

print(
    '# The versions that CI ran with. Written by `make constraints`; '
    'used by `make demo` and `make test`.'
)
print('# Python 3.10 takes what it finds: newer numpy and scipy need 3.11.')
found = {d.metadata['Name'].lower().replace('_', '-'): d.version for d in distributions()}
for name, version in sorted(found.items()):
    if not left_out.match(name):
        # a local label such as +cu130 names a build, which differs between machines
        print(f'{name}=={version.partition("+")[0]}; python_version >= "3.11"')
