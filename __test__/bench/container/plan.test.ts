import test from 'ava';
import { type Container, engineArguments } from '../../../ts/bench/container/plan.js';

const container: Container = {
  engine: { program: 'docker', kind: 'docker', isRootless: false },
  image: 'node:22',
  memoryLimitBytes: 512 * 1024 * 1024,
  name: 'memtop-1',
  label: 'memtop.bench=0a',
  project: '/home/me/app',
  cwd: '/home/me/app/packages/web',
  user: { uid: 1000, gid: 100 },
  package: '/opt/memtop',
  addons: [{ name: 'memtop-linux-x64-gnu', folder: '/opt/memtop-linux-x64-gnu' }],
  node: '/usr/bin/node',
  exchange: '/home/me/app/.memtop/.container-x',
  timeline: '/home/me/app/.memtop/timeline-latest.csv',
};

test('docker is called with all that makes the run its own', (t) => {
  t.deepEqual(
    engineArguments(container, { NODE_OPTIONS: '--max-old-space-size=300', TOKEN: 'x' }),
    [
      'run',
      '--rm',
      '--name',
      'memtop-1',
      '--label',
      'memtop.bench=0a',
      '--cgroupns',
      'private',
      '--user',
      '1000:100',
      '--env',
      'HOME=/tmp',
      '--env',
      'NODE_OPTIONS',
      '--security-opt',
      'label=disable',
      '--mount',
      'type=bind,source=/home/me/app,target=/home/me/app',
      '--mount',
      'type=bind,source=/home/me/app/.memtop/.container-x,target=/run/memtop/exchange',
      '--mount',
      'type=bind,source=/home/me/app/.memtop/timeline-latest.csv,target=/run/memtop/timeline.csv',
      '--mount',
      'type=bind,source=/opt/memtop,target=/run/memtop/package,readonly',
      '--mount',
      'type=bind,source=/opt/memtop-linux-x64-gnu,target=/run/memtop/memtop-linux-x64-gnu,readonly',
      '--mount',
      'type=bind,source=/usr/bin/node,target=/run/memtop/node,readonly',
      '--workdir',
      '/home/me/app/packages/web',
      '--memory',
      '536870912',
      '--memory-swap',
      '536870912',
      'node:22',
      'sh',
      '-c',
      'if /run/memtop/node --version >/dev/null 2>&1; then exec /run/memtop/node "$@"; ' +
        'else exec node "$@"; fi',
      'sh',
      '/run/memtop/package/dist/bench-inside.js',
      '/run/memtop/exchange',
      '/run/memtop/timeline.csv',
    ],
  );
});

const argumentsOf = (more: Partial<Container>) => engineArguments({ ...container, ...more }, {});
const after = (args: readonly string[], flag: string) => args[args.indexOf(flag) + 1];

test('an engine without root writes as the caller, too', (t) => {
  const podman = argumentsOf({ engine: { program: 'podman', kind: 'podman', isRootless: true } });
  t.deepEqual([after(podman, '--userns'), after(podman, '--user')], ['keep-id', '1000:100']);
  const docker = argumentsOf({ engine: { program: 'docker', kind: 'docker', isRootless: true } });
  t.is(after(docker, '--user'), '0:0');
  t.false(docker.includes('--userns'));
});

test('a folder can be the root, and without a limit there is none', (t) => {
  const args = argumentsOf({ image: undefined, rootfs: '/srv/root', memoryLimitBytes: undefined });
  t.is(after(args, '--rootfs'), '/srv/root');
  t.is(after(args, '/srv/root'), 'sh');
  t.false(args.includes('--memory'));
});

test('a path with a comma or a quote is one field', (t) => {
  const args = argumentsOf({ project: '/a,b/"c"' });
  t.true(args.includes('type=bind,"source=/a,b/""c""","target=/a,b/""c"""'));
});
