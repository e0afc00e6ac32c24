import { spawnSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nxFile } from '../../../ts/attribution/records/nx-file.js';
import { nxRoot } from '../../../ts/attribution/records/nx-root.js';
import { folderName } from '../../../ts/attribution/records/nx-workspace-id.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { commitAll } from '../../nx/workspace.js';

const now = Date.now();
const span = { startMs: now - 60_000, endMs: now + 60_000 };

function folderWith(t: ExecutionContext, files: Record<string, object>): string {
  const folder = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) write(join(folder, name), content);
  return folder;
}

function write(file: string, content: object = {}): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test('the file is in the configured cache directory of Nx', async (t) => {
  const root = folderWith(t, {
    'nx.json': { extends: './base.json' },
    'base.json': { cacheDirectory: 'configured' },
    'configured/run.json': {},
    'given/run.json': {},
    '.nx/cache/run.json': {},
  });
  const HOME = temporaryFolder(t);
  t.is(await nxFile(root, { HOME }, span), join(root, 'configured/run.json'));
  for (const given of ['given', join(root, 'given')]) {
    const environment = { HOME, NX_CACHE_DIRECTORY: given };
    t.is(await nxFile(root, environment, span), join(root, 'given/run.json'));
  }
  const none = { HOME, NX_CACHE_DIRECTORY: 'none' };
  t.is(await nxFile(root, none, span), undefined);
});

test('by default it is in the workspace, and an outdated one is ignored', async (t) => {
  const HOME = temporaryFolder(t);
  for (const place of ['.nx/cache/run.json', 'node_modules/.cache/nx/run.json']) {
    const root = folderWith(t, { [place]: {} });
    const file = join(root, place);
    t.is(await nxFile(root, { HOME }, span), file);
    const before = span.startMs / 1000 - 10;
    utimesSync(file, before, before);
    t.is(await nxFile(root, { HOME }, span), undefined);
  }
});

test('it may be in the home directory, under the id of the workspace', async (t) => {
  const HOME = temporaryFolder(t);
  const shared = (id: string) => write(join(HOME, '.nx', folderName(id), 'cache/run.json'));
  shared('another');
  const root = folderWith(t, { 'nx.json': { nxCloudId: 'mine' } });
  t.is(await nxFile(root, { HOME }, span), undefined);
  const mine = shared('mine');
  t.is(await nxFile(root, { HOME }, span), mine);
});

test('the id of a repository consists of its remote and the path within it', async (t) => {
  const HOME = temporaryFolder(t);
  const repository = folderWith(t, { 'inner/nx.json': {} });
  const root = join(repository, 'inner');
  commitAll(repository);
  const git = (...args: string[]) => spawnSync('git', args, { cwd: repository });
  const file = (folder: string) => write(join(HOME, '.nx', folder, 'cache/run.json'));
  git('remote', 'add', 'other', 'git@example.org:Group/other.git');
  // As Nx 24.0.6 named them.
  const other = file('583f7545a57a1726');
  t.is(await nxFile(root, { HOME }, span), other);
  git('remote', 'add', 'upstream', 'https://user:secret@Example.org/Group/project.git');
  t.is(await nxFile(root, { HOME }, span), undefined);
  const upstream = file('db218ae630140ab6');
  t.is(await nxFile(root, { HOME }, span), upstream);
});

test('the root is found as Nx finds it', (t) => {
  const installed = 'node_modules/nx/package.json';
  const root = folderWith(t, { [`a/${installed}`]: {}, [`a/b/${installed}`]: {}, 'a/b/c/d': {} });
  const at = (name: string) => join(root, name);
  t.is(nxRoot(at('a/b/c'), {}), at('a'));
  t.is(nxRoot(root, {}), root);
  t.is(nxRoot(at('a/b'), { NX_WORKSPACE_ROOT_PATH: '/elsewhere' }), '/elsewhere');
  mkdirSync(at('a/b/c/nx'));
  t.is(nxRoot(at('a/b/c'), {}), at('a'));
  write(at('a/b/nx.json'));
  t.is(nxRoot(at('a/b/c'), {}), at('a/b'));
});
