/** Real programs for `bench:accuracy`. `programs-install.sh` installs missing ones. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../ts/package.js';

export interface Program {
  readonly name: string;
  readonly command: readonly string[];
  /** A command that succeeds if the program can be used. */
  readonly check?: readonly string[];
  /** How to install the program. */
  readonly from?: string;
  /** What to do once before it is measured. */
  readonly prepare?: () => void;
}

const python = '/usr/bin/python3';
const packages = process.env.MEMTOP_BENCH_PROGRAMS ?? join(tmpdir(), 'memtop-bench-programs');
const modules = join(packages, 'node_modules');
const here = (file: string) => join(packageRoot, 'bench/programs', file);
const hasFile = (file: string) => ['test', '-r', file];
const hasProgram = (program: string) => ['sh', '-c', 'command -v "$0"', program];
const imports = (module: string) => [python, '-c', `import ${module}`];
const inShell = (script: string) => ['sh', '-c', script];

export const programs: readonly Program[] = [
  {
    name: 'multiprocessing',
    command: [python, here('multiprocessing_pool.py')],
    check: imports('multiprocessing'),
    from: 'Debian: python3',
  },
  {
    name: 'numpy pool',
    command: [python, here('numpy_pool.py')],
    check: imports('numpy'),
    from: 'Debian: python3-numpy',
  },
  {
    name: 'pytest-xdist',
    command: [python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-n4', here('test_xdist.py')],
    check: imports('xdist'),
    from: 'Debian: python3-pytest-xdist',
  },
  {
    name: 'gunicorn',
    command: [python, here('gunicorn_load.py')],
    check: imports('gunicorn'),
    from: 'Debian: gunicorn',
  },
  {
    name: 'PostgreSQL',
    command: [here('postgres.sh')],
    check: ['sh', '-c', 'ls /usr/lib/postgresql/*/bin/pgbench'],
    from: 'Debian: postgresql',
  },
  {
    name: 'Chromium',
    command: [here('chromium.sh')],
    check: hasProgram('chromium'),
    from: 'Debian: chromium',
  },
  { name: 'Node cluster', command: [process.execPath, here('cluster.cjs')] },
  {
    name: 'Jest',
    command: [here('jest.sh'), modules],
    check: hasFile(join(modules, 'jest/bin/jest.js')),
    from: 'npm: jest',
  },
  {
    name: 'Vite',
    command: [here('vite.sh'), modules],
    check: hasFile(join(modules, 'vite/bin/vite.js')),
    from: 'npm: vite',
  },
  {
    name: 'tsc',
    command: [join(packageRoot, 'node_modules/.bin/tsc'), '-p', packageRoot, '--noEmit'],
    check: hasFile(join(packageRoot, 'node_modules/.bin/tsc')),
    from: 'npm ci in this repository',
  },
  {
    name: 'cargo',
    command: [here('cargo.sh')],
    check: ['cargo', '--version'],
    from: 'a Rust toolchain that this user can read',
  },
  {
    name: 'make -j2',
    command: [here('make.sh')],
    check: inShell('command -v make && command -v gcc'),
    from: 'Debian: make gcc',
  },
  {
    name: 'Java',
    command: ['java', '-Xmx256m', here('Fill.java')],
    check: hasProgram('javac'),
    from: 'Debian: default-jdk-headless',
  },
  { name: 'sort', command: inShell('seq 3000000 | rev | sort -S 300M --parallel=2') },
  {
    name: 'xz',
    command: inShell('seq 2000000 | xz -3 -T2'),
    check: hasProgram('xz'),
    from: 'Debian: xz-utils',
  },
  {
    name: '7z',
    command: inShell('seq 1000000 | 7z a -si -so -an -txz -mx=5 -mmt=2'),
    check: hasProgram('7z'),
    from: 'Debian: 7zip',
  },
  {
    name: 'zstd',
    command: inShell('seq 3000000 | zstd -12 -T2 --long=27'),
    check: hasProgram('zstd'),
    from: 'Debian: zstd',
  },
];
