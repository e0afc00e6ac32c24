import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ClearFailed, ClearRefused, clearingOf } from '../../ts/bench/clear.js';
import { clearProblem } from '../../ts/bench/rules.js';
import { temporaryFolder } from '../helpers/folder.js';
import { skip, testNeeding } from '../helpers/needs.js';
import { unlessRoot } from '../helpers/programs.js';

function project(t: ExecutionContext, files: readonly string[] = []) {
  const outside = temporaryFolder(t);
  const folder = join(outside, 'project');
  const write = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'text');
  };
  mkdirSync(folder);
  writeFileSync(join(outside, 'precious'), 'text');
  for (const path of files) write(path);
  const clearing = (...paths: string[]) => clearingOf(paths, { folder, kept: [] });
  const has = (path: string) => existsSync(join(folder, path));
  return { outside, folder, write, clearing, has };
}

test('a named path is shown, and then removed with its content', (t) => {
  const { clearing, has } = project(t, [
    'dist/a.js',
    'dist/deep/b.js',
    'a.tsbuildinfo',
    'src/c.ts',
  ]);
  const { found, run } = clearing('dist/', './a.tsbuildinfo', 'absent/too', 'absent');
  t.deepEqual(found, [
    { path: 'dist', fileCount: 2, bytes: 8 },
    { path: 'a.tsbuildinfo', fileCount: 1, bytes: 4 },
  ]);
  t.true(has('dist/deep/b.js'));
  run();
  t.deepEqual([has('dist'), has('a.tsbuildinfo'), has('src/c.ts')], [false, false, true]);
  run();
});

test('a pattern matches names in one folder, without hidden ones', (t) => {
  const files = [
    'packages/a/dist/x',
    'packages/b/dist/x',
    'packages/b/src/y',
    'packages/.c/dist/z',
  ];
  const { clearing, has } = project(t, files);
  const { found, run } = clearing('packages/*/dist', 'packages/a/d?st', 'nothing-*');
  t.deepEqual(
    found.map(({ path }) => path),
    ['packages/a/dist', 'packages/b/dist'],
  );
  run();
  t.true(has('packages/b/src/y') && has('packages/.c/dist/z') && !has('packages/a/dist'));
});

for (const path of [
  '',
  '/',
  '/etc',
  '.',
  './',
  './.',
  '..',
  '../precious',
  'dist/../../precious',
  'dist/..',
  '.git',
  '.GIT',
  '.git/objects',
  'packages/.git',
  '**',
  'src/**/x',
  '*',
  './*',
  'a\0b',
]) {
  test(`${JSON.stringify(path)} cannot be cleared`, (t) => {
    const { clearing, folder, outside } = project(t, ['dist/a', '.git/HEAD', 'src/x']);
    t.is(typeof clearProblem(path), 'string');
    t.throws(() => clearing(path), { instanceOf: ClearRefused });
    t.deepEqual(readdirSync(outside).sort(), ['precious', 'project']);
    t.deepEqual(readdirSync(folder).sort(), ['.git', 'dist', 'src']);
  });
}

test('a link is removed itself, and what it leads to stays', (t) => {
  const { clearing, folder, outside, has } = project(t, ['src/a', 'dist/b']);
  mkdirSync(join(outside, 'elsewhere'));
  writeFileSync(join(outside, 'elsewhere/file'), 'text');
  symlinkSync(join(outside, 'elsewhere'), join(folder, 'out'));
  symlinkSync(join(outside, 'elsewhere'), join(folder, 'dist/inner'));
  symlinkSync('../src', join(folder, 'dist/src'));
  const { found, run } = clearing('out', 'dist');
  t.deepEqual(
    found.map(({ fileCount }) => fileCount),
    [1, 3],
  );
  run();
  t.deepEqual(readdirSync(folder), ['src']);
  t.true(has('src/a') && existsSync(join(outside, 'elsewhere/file')));
});

test('nothing is cleared through a link, not even one that stays in the project', (t) => {
  const { clearing, folder, outside, has } = project(t, ['real/dist/a']);
  symlinkSync(outside, join(folder, 'up'));
  symlinkSync('real', join(folder, 'alias'));
  for (const path of ['up/precious', 'up/project/real', 'alias/dist', 'alias/d*']) {
    t.throws(() => clearing(path), { message: /is not cleared: (up|alias) is a link$/ });
  }
  t.deepEqual(
    clearing('*/precious', '*/d*').found.map(({ path }) => path),
    ['real/dist'],
  );
  t.true(has('real/dist/a') && existsSync(join(outside, 'precious')));
});

test('a repository inside of a named path is not removed', (t) => {
  const { clearing, has } = project(t, ['vendor/lib/.git/HEAD', 'vendor/lib/a', 'dist/b']);
  t.throws(() => clearing('dist', 'vendor'), {
    message: 'vendor/lib is not cleared: it holds a repository of git',
  });
  t.true(has('dist/b') && has('vendor/lib/a'));
});

test('the folder of the results stays, and so does what it is in', (t) => {
  const { folder, has } = project(t, ['.memtop/result.json', 'out/memtop/result.json']);
  const kept = [join(folder, '.memtop'), join(folder, 'out/memtop')];
  for (const path of ['.memtop', 'out', 'out/memtop', '.mem*']) {
    t.throws(() => clearingOf([path], { folder, kept }), { message: /the results go to/ });
  }
  t.true(has('.memtop/result.json') && has('out/memtop/result.json'));
});

test('a home and the root of the machine are no projects', (t) => {
  const { folder } = project(t);
  const home = process.env.HOME;
  t.teardown(() => {
    process.env.HOME = home;
  });
  process.env.HOME = folder;
  t.throws(() => clearingOf(['x'], { folder, kept: [] }), { message: /a home and no project$/ });
  t.throws(() => clearingOf(['x'], { folder: '/', kept: [] }), { message: /root of the machine/ });
});

test('a folder that becomes a link between the look and the removal is not followed', (t) => {
  const { clearing, folder, outside, has } = project(t, ['a/dist/x', 'b/x']);
  mkdirSync(join(outside, 'dist'));
  writeFileSync(join(outside, 'dist/file'), 'text');
  writeFileSync(join(outside, 'x'), 'text');
  const [inner, whole] = [clearing('a/dist'), clearing('b')];
  renameSync(join(folder, 'a'), join(folder, 'a-before'));
  symlinkSync(outside, join(folder, 'a'));
  renameSync(join(folder, 'b'), join(folder, 'b-before'));
  symlinkSync(outside, join(folder, 'b'));
  t.throws(() => inner.run(), { instanceOf: ClearFailed });
  whole.run();
  t.true(existsSync(join(outside, 'dist/file')) && existsSync(join(outside, 'x')));
  t.true(has('a-before/dist/x') && has('b-before/x') && !has('b'));
});

test('names that are not UTF-8 go with their folder', (t) => {
  const { clearing, folder, has } = project(t, ['dist/a']);
  writeFileSync(
    Buffer.concat([Buffer.from(join(folder, 'dist/')), Buffer.from([0xff, 0xfe])]),
    'x',
  );
  clearing('dist').run();
  t.false(has('dist'));
});

const mounting = testNeeding(unlessRoot());
mounting('what is mounted inside is not entered, also from the same file system', (t) => {
  const { folder, outside } = project(t, ['dist/mounted/x', 'dist/y']);
  mkdirSync(join(outside, 'source'));
  writeFileSync(join(outside, 'source/file'), 'text');
  const program = `
    import { clearingOf } from './ts/bench/clear.js';
    for (const path of ['dist', 'dist/mounted', 'dist/mounted/file']) {
      try {
        clearingOf([path], { folder: ${JSON.stringify(folder)}, kept: [] }).run();
        console.log('cleared');
      } catch (error) {
        console.log(error.message);
      }
    }`;
  const [from, onto] = [join(outside, 'source'), join(folder, 'dist/mounted')];
  // In a mount namespace of its own, which ends with the program.
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
  const node = [process.execPath, '--import=tsx', '--input-type=module', '-e', program];
  let output: string;
  try {
    output = execFileSync('unshare', [
      '-m',
      'sh',
      '-c',
      script,
      'sh',
      from,
      onto,
      ...node,
    ]).toString();
  } catch (error) {
    skip(t, { need: 'mount', why: `nothing can be mounted here: ${(error as Error).message}` });
    return;
  }
  t.deepEqual(
    output.trim().split('\n'),
    Array(3).fill('dist/mounted is not cleared: something else is mounted there'),
  );
  t.true(existsSync(join(outside, 'source/file')) && lstatSync(join(folder, 'dist/y')).isFile());
});
