import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { foldersOfProject } from '../../ts/cli/config/find.js';
import { distrust } from '../../ts/cli/config/trust.js';
import { asNobody, isRoot } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { testNeeding } from '../helpers/needs.js';
import { memtop } from '../helpers/processes.js';

const asRoot = testNeeding(isRoot ? undefined : { need: 'root', why: 'this is not root' });
const [nobody, stranger] = [65534, 65533];

/** A folder that all may enter, with a config that leaves a trace when it is executed. */
function withConfig(t: ExecutionContext, where = '.') {
  const root = temporaryFolder(t);
  chmodSync(root, 0o755);
  const folder = join(root, where);
  mkdirSync(folder, { recursive: true });
  const trace = join(temporaryFolder(t), 'executed');
  chmodSync(join(trace, '..'), 0o777);
  const config = join(folder, 'memtop.config.mjs');
  writeFileSync(
    config,
    `import { writeFileSync } from 'node:fs';
     writeFileSync(${JSON.stringify(trace)}, '');
     export default { store: ${JSON.stringify(join(root, 'runs.db'))} };`,
  );
  return { root, config, isExecuted: () => existsSync(trace) };
}

const readsConfig: readonly (readonly string[])[] = [
  ['--', 'true'],
  ['run', 'a'],
  ['bench', '--', 'true'],
  ['history'],
  ['show'],
  ['diff', 'a', 'b'],
  ['gate', '--max-peak', '1G', 'a'],
  ['prune', '--keep', '1'],
  ['ps', '--runs'],
  ['kill', 'label:a'],
];

for (const args of readsConfig) {
  asRoot(`another user's config is not executed by memtop ${args.join(' ')}`, async (t) => {
    const { root, config, isExecuted } = withConfig(t);
    chownSync(config, nobody, nobody);
    const { stderr } = await memtop(args, { cwd: root, env: { MEMTOP_STORE: 'off' } });
    t.false(isExecuted());
    t.is(stderr.split(config).length - 1, 2, stderr);
    t.true(
      stderr.includes(
        `memtop: warning: ${config} is not used: it belongs to user ${nobody}; ` +
          `to use it: MEMTOP_CONFIG=${config}\n`,
      ),
      stderr,
    );
  });
}

asRoot('another user cannot lead to a config of root by a link', async (t) => {
  const { root, config, isExecuted } = withConfig(t, 'own');
  const link = join(root, 'memtop.config.mjs');
  symlinkSync(config, link);
  lchownSync(link, nobody, nobody);
  const { stderr } = await memtop(['--', 'true'], { cwd: root });
  t.false(isExecuted());
  t.regex(stderr, /is not used: the link belongs to user 65534;/);
});

asRoot('a config in the folder of another user is not executed', async (t) => {
  const { root, isExecuted } = withConfig(t);
  chownSync(root, nobody, nobody);
  const { stderr } = await memtop(['--', 'true'], { cwd: root });
  t.false(isExecuted());
  t.regex(stderr, /is not used: its folder belongs to user 65534;/);
});

asRoot("an ordinary user's memtop uses configs of that user and of root alone", async (t) => {
  for (const [owner, isUsed] of [
    [nobody, true],
    [0, true],
    [stranger, false],
  ] as const) {
    const { root, config, isExecuted } = withConfig(t);
    chownSync(config, owner, owner);
    const { code, stderr } = await memtop(['-q', '--', 'true'], {
      cwd: root,
      as: asNobody,
      env: { HOME: '/nonexistent', MEMTOP_STORE: 'off' },
    });
    t.is(code, 0, stderr);
    t.is(isExecuted(), isUsed, `${owner}: ${stderr}`);
    t.is(/is not used/.test(stderr), !isUsed, stderr);
  }
});

asRoot('root by sudo may use the configs of the user who called sudo', async (t) => {
  const { root, config, isExecuted } = withConfig(t);
  chownSync(config, nobody, nobody);
  await memtop(['--', 'true'], { cwd: root, env: { SUDO_UID: `${stranger}` } });
  t.false(isExecuted());
  await memtop(['--', 'true'], { cwd: root, env: { SUDO_UID: `${nobody}` } });
  t.true(isExecuted());
});

for (const [what, change] of [
  ['it', (_: string, config: string) => chmodSync(config, 0o666)],
  ['its folder', (root: string) => chmodSync(root, 0o777)],
] as const) {
  test(`a config is not executed when all can write to ${what}`, async (t) => {
    const { root, config, isExecuted } = withConfig(t);
    change(root, config);
    const { stderr } = await memtop(['--', 'true'], { cwd: root });
    t.false(isExecuted());
    const remedy = `chmod o-w ${what === 'it' ? config : root} or MEMTOP_CONFIG=${config}`;
    const reason = `every user can write to ${what}`;
    t.true(stderr.includes(`is not used: ${reason}; to use it: ${remedy}\n`), stderr);
  });
}

test.serial('without ids of users, as on Windows, only what can be read decides', (t) => {
  const { config } = withConfig(t);
  chmodSync(config, 0o666);
  t.is(distrust(config)?.reason, 'every user can write to it');
  const { geteuid } = process;
  t.teardown(() => {
    process.geteuid = geteuid as () => number;
  });
  process.geteuid = undefined as never;
  t.is(distrust(config), undefined);
  t.regex(distrust(`${config}.none`)?.reason ?? '', /ENOENT/);
});

test('a folder that all can write to may have the sticky bit', async (t) => {
  const { root, isExecuted } = withConfig(t);
  chmodSync(root, 0o1777);
  await memtop(['--', 'true'], { cwd: root });
  t.true(isExecuted());
});

test('a path in the message can be pasted, and controls no terminal', async (t) => {
  const { root, config } = withConfig(t, 'a\u001b[31m $(id) b');
  chmodSync(config, 0o666);
  const { stderr } = await memtop(['-q', '--', 'true'], { cwd: join(config, '..') });
  t.false(stderr.includes('\u001b'));
  t.true(stderr.includes(`chmod o-w '${join(root, 'a?[31m $(id) b/memtop.config.mjs')}'`), stderr);
});

test('a config above one that is not used is found', async (t) => {
  const { root, isExecuted } = withConfig(t);
  const below = join(root, 'below');
  mkdirSync(below);
  writeFileSync(join(below, 'package.json'), '{"memtop": {"quiet": true}}');
  chmodSync(join(below, 'package.json'), 0o666);
  const { stderr } = await memtop(['--', 'true'], { cwd: below });
  t.regex(stderr, /package\.json is not used/);
  t.true(isExecuted());
});

test('a package.json without the key "memtop" is no config, writable or not', async (t) => {
  const { root } = withConfig(t, 'other');
  writeFileSync(join(root, 'package.json'), '{}');
  chmodSync(join(root, 'package.json'), 0o666);
  const { stderr } = await memtop(['-q', '--', 'true'], { cwd: root });
  t.is(stderr, '');
});

test('the search ends at the root of the repository', async (t) => {
  const { root, isExecuted } = withConfig(t);
  const below = join(root, 'repository', 'packages', 'web');
  mkdirSync(below, { recursive: true });
  mkdirSync(join(root, 'repository', '.git'));
  const { code, stderr } = await memtop(['-q', '--', 'true'], { cwd: below });
  t.is(code, 0);
  t.is(stderr, '');
  t.false(isExecuted());
});

test('the search ends at the home folder', async (t) => {
  const { root, isExecuted } = withConfig(t);
  const home = join(root, 'home');
  mkdirSync(join(home, 'project'), { recursive: true });
  await memtop(['--', 'true'], { cwd: join(home, 'project'), env: { HOME: home } });
  t.false(isExecuted());
  await memtop(['--', 'true'], { cwd: join(home, 'project'), env: { HOME: root } });
  t.true(isExecuted());
});

test('the search does not go to the root of the machine', (t) => {
  t.deepEqual(foldersOfProject('/nonexistent/a/b', undefined), [
    '/nonexistent/a/b',
    '/nonexistent/a',
    '/nonexistent',
  ]);
  t.deepEqual(foldersOfProject('/nonexistent', '/'), ['/nonexistent']);
  t.deepEqual(foldersOfProject('/', '/'), ['/']);
});

test('MEMTOP_CONFIG names the config, or switches it off', async (t) => {
  const { root, config, isExecuted } = withConfig(t);
  chmodSync(config, 0o666);
  const run = (MEMTOP_CONFIG: string, cwd = root) =>
    memtop(['-q', '--', 'true'], { cwd, env: { MEMTOP_CONFIG } });
  t.is((await run('off')).stderr, '');
  t.false(isExecuted());
  t.is((await run(config, '/')).stderr, '');
  t.true(isExecuted());
  const { code, stderr } = await run('none.json');
  t.is(code, 2);
  const missing = join(root, 'none.json');
  t.is(stderr, `memtop: MEMTOP_CONFIG must name a file, or be off, not ${missing}\n`);
});
