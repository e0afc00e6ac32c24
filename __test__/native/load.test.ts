import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { packageRoot, packageVersion } from '../../ts/package.js';
import { temporaryFolder } from '../helpers/folder.js';
import { Running } from '../helpers/processes.js';

const platformPackage = `memtop-linux-${process.arch}-gnu`;

/** The installed package, without any addon. */
function installation(t: ExecutionContext): string {
  const folder = join(temporaryFolder(t), 'node_modules/memtop');
  mkdirSync(folder, { recursive: true });
  cpSync(join(packageRoot, 'dist'), join(folder, 'dist'), { recursive: true });
  copyFileSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
  return folder;
}

function addAddon(folder: string, files: Record<string, string>): void {
  const addon = join(folder, '..', platformPackage);
  mkdirSync(addon);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(addon, name), text);
}

async function runIn(folder: string, flags: string[] = [], nodeFlags: string[] = []) {
  const cli = join(folder, 'dist/cli.js');
  const script = 'cat; echo out; exit 7';
  const running = new Running(process.execPath, [
    ...nodeFlags,
    cli,
    ...flags,
    '--',
    'sh',
    '-c',
    script,
  ]);
  running.child.stdin?.end('in ');
  return running.finished();
}

test('without the addon the command runs as it would, and one warning says why', async (t) => {
  const { code, stdout, stderr } = await runIn(installation(t), ['--quiet']);
  t.is(code, 7);
  t.is(stdout.toString(), 'in out\n');
  t.is(
    stderr,
    `memtop: warning: nothing was measured: the package ${platformPackage} is not installed; ` +
      'install memtop with its optional dependencies (in a checkout: npm run build)\n',
  );
});

test('without the addon an argument that Node may have altered is passed on as Node has it', async (t) => {
  const cli = join(installation(t), 'dist/cli.js');
  const running = new Running(process.execPath, [cli, '-q', '--', 'printf', '%s', 'a\ufffdb']);
  const { code, stdout } = await running.finished();
  t.is(code, 0);
  t.is(stdout.toString(), 'a\ufffdb');
});

test('without the addon the result says that measuring was unavailable, and why', async (t) => {
  const { stdout } = await runIn(installation(t), ['-q', '--json', '-']);
  const result = JSON.parse(stdout.toString().replace('in out\n', ''));
  t.is(result.sampling.method, 'unavailable');
  t.regex(result.sampling.fallbackReason, /is not installed/);
  t.false('peak' in result);
  t.false('processes' in result);
  t.is(result.exit.code, 7);
});

test('an addon of another version is refused, with both versions named', async (t) => {
  const folder = installation(t);
  addAddon(folder, { 'index.js': "exports.version = () => '0.0.1';" });
  const { code, stderr } = await runIn(folder, ['-q']);
  t.is(code, 7);
  const problem = '\\S+ is of version 0\\.0\\.1 and memtop is \\S+; reinstall both';
  t.regex(stderr, new RegExp(`^memtop: warning: nothing was measured: ${problem}\\n$`));
  t.true(stderr.includes(packageVersion));
});

test('an addon that does not load is named with the reason', async (t) => {
  const folder = installation(t);
  addAddon(folder, {
    'package.json': '{"main":"memtop.node"}',
    'memtop.node': 'this is no shared library',
  });
  const { code, stderr } = await runIn(folder, ['-q']);
  t.is(code, 7);
  t.regex(stderr, /^memtop: warning: nothing was measured: \S+memtop\.node does not load: .+\n$/);
});

test('another platform is named', async (t) => {
  const folder = installation(t);
  const preload = join(folder, 'preload.cjs');
  writeFileSync(preload, "Object.defineProperty(process, 'platform', { value: 'sunos' });");
  const { code, stderr } = await runIn(folder, ['-q'], ['--require', preload]);
  t.is(code, 7);
  t.regex(stderr, /nothing was measured: memtop does not measure on sunos-/);
});

test('signals reach a command that is not measured, too', async (t) => {
  const cli = join(installation(t), 'dist/cli.js');
  const script = "trap 'exit 9' TERM; echo READY; while :; do sleep 0.02; done";
  const running = new Running(process.execPath, [cli, '-q', '--', 'sh', '-c', script]);
  await running.printed('READY');
  running.child.kill('SIGTERM');
  t.is((await running.finished()).code, 9);
});

test('exit codes of commands that do not start are the same without the addon', async (t) => {
  const cli = join(installation(t), 'dist/cli.js');
  for (const [command, expected] of [
    ['no-such-command', 127],
    [packageRoot, 126],
  ] as const) {
    const { code } = await new Running(process.execPath, [cli, '-q', '--', command]).finished();
    t.is(code, expected);
  }
});

test('a command too long for the kernel is a result without the addon, too', async (t) => {
  const index = join(installation(t), 'dist/index.js');
  const script = `
    import { run } from ${JSON.stringify(index)};
    const { exit } = await run(['true', 'x'.repeat(200_000)]);
    console.log(exit.code, exit.cause);`;
  const node = new Running(process.execPath, ['--input-type=module', '-e', script]);
  t.is((await node.finished()).stdout.toString(), '126 not-started\n');
});

test('a run that cannot start without the addon leaves no folder for heaps', async (t) => {
  const folder = installation(t);
  const temporary = temporaryFolder(t);
  const script = `
    const { run } = await import('${join(folder, 'dist/index.js')}');
    await run(['echo', new Uint8Array([255])], { heap: true }).catch(({ name }) => {
      console.log(name);
    });`;
  const env = { ...process.env, TMPDIR: temporary };
  const node = new Running(process.execPath, ['--input-type=module', '-e', script], { env });
  const { stdout } = await node.finished();
  t.is(stdout.toString(), 'InvalidOption\n');
  t.deepEqual(readdirSync(temporary), []);
});
