import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../ts/package.js';
import { testInBrowser } from '../helpers/browser.js';
import { temporaryFolder } from '../helpers/folder.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';
import { pathOf } from '../helpers/programs.js';
import { ran } from '../helpers/tasks.js';

const names = ['json', 'csv', 'markdown', 'html'] as const;
const starts = { json: '{\n', csv: 'time_ms,bytes', markdown: '### memtop: ', html: '<!doctype' };

test('several outputs are written at once, each in its format', async (t) => {
  const folder = temporaryFolder(t);
  const flags = names.flatMap((name) => [`--${name}`, join(folder, name)]);
  const { code, stderr } = await memtop(['-q', ...flags, '--', 'sh', '-c', 'exit 3']);
  t.is(code, 3);
  t.is(stderr, '');
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8');
    t.true(text.startsWith(starts[name]), text.slice(0, 200));
  }
});

test("'-' is standard output, after the command's own", async (t) => {
  for (const name of names) {
    const { stdout } = await memtop(['-q', `--${name}`, '-', '--', 'echo', 'own']);
    t.true(stdout.toString().startsWith(`own\n${starts[name]}`));
  }
});

test('two outputs to one file are a usage error, whatever the paths', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'file');
  const marker = join(folder, 'started');
  writeFileSync(file, 'before');
  linkSync(file, join(folder, 'hard'));
  symlinkSync(folder, join(folder, 'folder'));
  for (const [one, other] of [
    ['-', '-'],
    [file, join(folder, 'hard')],
    [file, join(folder, 'folder/file')],
    [join(folder, 'new'), join(folder, 'folder/new')],
  ] as const) {
    const flags = ['--json', one, '--html', other];
    const { code, stderr } = await memtop([...flags, '--', 'touch', marker]);
    t.is(code, 2);
    t.regex(
      stderr,
      /^memtop: --json and --html both name [^\n]+; only one can be written there\n$/,
    );
  }
  t.false(existsSync(marker));
  t.is(readFileSync(file, 'utf8'), 'before');
  t.is((await memtop(['-q', '--json', '/dev/null', '--csv', '/dev/null', '--', 'true'])).code, 0);
});

test('an unwritable output starts nothing and leaves nothing behind', async (t) => {
  const folder = temporaryFolder(t);
  const bad = join(folder, 'no/such/folder/x');
  for (const name of names) {
    const other = name === 'json' ? 'csv' : 'json';
    const flags = [`--${other}`, join(folder, other), `--${name}`, bad];
    const { code, stderr } = await memtop([...flags, '--', 'touch', join(folder, 'started')]);
    t.is(code, 125);
    t.regex(stderr, new RegExp(`^memtop: --${name} \\S+ cannot be written: [^\\n]+\\n$`));
    t.deepEqual(readdirSync(folder), []);
  }
});

test('an output that fails does not prevent the others', async (t) => {
  const file = join(temporaryFolder(t), 'x.csv');
  const flags = ['-q', '--json', '/dev/full', '--csv', file];
  const { code, stderr } = await memtop([...flags, '--', 'sh', '-c', 'exit 4']);
  t.is(code, 4);
  t.regex(stderr, /^memtop: warning: --json \/dev\/full was not written: ENOSPC[^\n]*\n$/);
  t.regex(readFileSync(file, 'utf8'), /^time_ms,bytes\r\n[\d.]+,\d+\r\n/);
});

test('outputs are written even if the command removes this package', async (t) => {
  const folder = temporaryFolder(t);
  const script = 'mv "$0/dist/page" "$0/dist/chunks" "$1"';
  // A copy of the package, so that concurrent tests keep theirs.
  const copied = join(folder, 'copy');
  const setUp = await memtop(['-q', '--', 'sh', '-c', copyScript, process.cwd(), copied]);
  t.is(setUp.code, 0, setUp.stderr);
  const flags = names.flatMap((name) => [`--${name}`, join(folder, name)]);
  const args = ['-q', ...flags, '--', 'sh', '-c', script, copied, folder];
  const { code, stderr } = await memtop(args, { cli: join(copied, 'dist/cli.js') });
  t.is(code, 0, stderr);
  t.is(stderr, '');
  t.true(readFileSync(join(folder, 'html'), 'utf8').includes('<!doctype'));
});

const copyScript = 'mkdir "$1" && cp -r "$0"/dist "$0"/package.json "$0"/*.node "$1"';

test('tasks are in all of them', async (t) => {
  const folder = temporaryFolder(t);
  const flags = names.slice(1).flatMap((name) => [`--${name}`, join(folder, name)]);
  await ran(t, { 'web:build': { command: 'true' } }, [...flags, 'web:build']);
  t.regex(readFileSync(join(folder, 'csv'), 'utf8'), /^time_ms,bytes,task:web:build\r\n/);
  for (const name of ['markdown', 'html']) {
    t.true(readFileSync(join(folder, name), 'utf8').includes('web:build'));
  }
});

testInBrowser('the name of a real process stays text in the page', async (t, open) => {
  const folder = temporaryFolder(t);
  const program = join(folder, '<img src=x onerror="window.hacked=1">');
  copyFileSync(pathOf('sleep') ?? '', program);
  const file = join(folder, 'page.html');
  const argument = '</script><script>window.hacked=1</script>';
  const shown = ['sh', '-c', '"$0" 0.2; true', program, argument];
  await memtop(['-q', '--html', file, '--', ...shown]);
  const { page, troubles } = await open(t, file);
  const text = (await page.textContent('main')) ?? '';
  t.true(text.includes('<img src=x onerror="window.hacked=1"> 0.2'));
  t.true(text.includes(argument));
  t.is(await page.evaluate('window.hacked'), undefined);
  t.deepEqual(troubles, []);
});

test('attach writes them as well', async (t) => {
  const flags = ['attach', '-q', '--timeout', '100ms', '--csv', '-', `${process.pid}`];
  const { code, stdout } = await memtop(flags);
  t.is(code, 0);
  t.regex(stdout.toString(), /^time_ms,bytes\r\n[\d.]+,\d+\r\n/);
});

test('a failed attach leaves no file', async (t) => {
  const file = join(temporaryFolder(t), 'new.json');
  const { code, stderr } = await memtop(['attach', '--json', file, `${2 ** 22}`]);
  t.is(code, 125);
  t.true(stderr.includes('there is no process'), stderr);
  t.false(existsSync(file));
});

/** A mount namespace without /proc, where there can be no control group. */
const unshare =
  `unshare ${process.getuid?.() === 0 ? '' : '--user --map-root-user'} --mount ` +
  `sh -c 'mount -t tmpfs none /proc && exec "$@"' sh`;

test('a command that does not run leaves no file', async (t) => {
  const folder = temporaryFolder(t);
  // Without the addon, an argument that is not UTF-8 cannot be passed on.
  const copied = join(folder, 'copy');
  cpSync(join(packageRoot, 'dist'), join(copied, 'dist'), { recursive: true });
  copyFileSync(join(packageRoot, 'package.json'), join(copied, 'package.json'));
  writeFileSync(join(folder, 'memtop.config.json'), '{"tasks": {"x": {"command": "touch ran"}}}');
  const inTurn = {
    exec: ['exec "$@" -- touch "$(printf \'ran\\377\')"', join(copied, 'dist/cli.js')],
    run: [`exec ${unshare} "$@" x`, cliPath, 'run', '--cgroup', 'on'],
    bench: ['exec "$@" -- touch ran', cliPath, 'bench', '--out', 'memtop.config.json/inner'],
  };
  for (const [name, [script = '', ...words]] of Object.entries(inTurn)) {
    const before = readdirSync(folder);
    const flags = names.flatMap((format) => [`--${format}`, join(folder, `new.${format}`)]);
    const args = ['-c', script, 'sh', process.execPath, ...words, ...flags];
    const { code, stderr } = await new Running('sh', args, { cwd: folder }).finished();
    t.is(code, 125, `${name}: ${stderr}`);
    t.regex(stderr, /^memtop: [^\n]+\n$/);
    t.deepEqual(readdirSync(folder), before);
  }
});
