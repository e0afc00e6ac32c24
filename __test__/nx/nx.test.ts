import test, { type ExecutionContext } from 'ava';
import { resultSchema } from '../../ts/result/schema.js';
import { skip } from '../helpers/needs.js';
import { memtop } from '../helpers/processes.js';
import { Terminal } from '../helpers/terminal.js';
import { Workspace, whyNoNx } from './workspace.js';

const MB = 1024 * 1024;
const on = { env: { NX_LOG_HEAP_USAGE: 'true' } };
const build = ['run-many', '-t', 'build', 'fail'];
/** Most of what a task holds itself; Node takes some more. */
const held: Record<string, number> = {
  'command:build': 150,
  'executor:build': 120,
  'failing:fail': 90,
  'script:build': 110,
};

/** MEMTOP_TEST_RUNNERS=all tries all of them, as `npm run test:runners` does. */
const versions = process.env.MEMTOP_TEST_RUNNERS === 'all' ? ['24.0.6', '23.3.2'] : ['24.0.6'];

test.before((t) => {
  t.timeout(300_000);
  for (const version of versions) whyNoNx(version);
});

for (const version of versions) {
  const real = (title: string, act: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`nx ${version}: ${title}`, async (t) => {
      t.timeout(120_000);
      const missing = whyNoNx(version);
      if (missing === undefined) return act(t);
      skip(t, missing);
    });

  for (const daemon of [false, true]) {
    const how = daemon ? 'with the daemon' : 'without the daemon';

    real(`${how} every kind of task has a line with its peak`, async (t) => {
      const workspace = new Workspace(t, version, { daemon });
      const finished = await workspace.nx(build, on);
      t.is(finished.code, 1, finished.stderr);
      const shown = await memtop(['show', '--store', workspace.store, 'last']);
      t.regex(shown.stdout.toString(), /^memtop: peak (.+\n)*.+ command:build$/m, shown.stderr);
      const lines = workspace.lines(finished);
      t.deepEqual([...lines.keys()].sort(), Object.keys(held), finished.stderr);
      t.regex(lines.get('failing:fail') ?? '', /^✗ failing:fail failed, .+\(peak: \d/);
      t.regex(lines.get('command:build') ?? '', /^✓ command:build \S+ \(peak: \d+(\.\d)?MB\)$/);

      const { result } = workspace;
      t.deepEqual(resultSchema.parse(result), result);
      for (const [id, megabytes] of Object.entries(held)) {
        const task = result.tasks?.find((one) => one.id === id);
        const peak = (task?.peak?.bytes ?? 0) / MB;
        t.true(peak >= megabytes && peak < megabytes + 150, `${id}: ${peak}`);
      }
      t.is(workspace.gitStatus.includes('memtop'), false, workspace.gitStatus);

      const cached = await workspace.nx(build, on);
      t.is(cached.code, 1);
      t.regex(
        workspace.lines(cached).get('command:build') ?? '',
        /^✓ command:build \[local cache(, kept)?\] \d+ms$/,
      );
    });

    real(`${how} a batch has one line with its peak, and its tasks have none`, async (t) => {
      const workspace = new Workspace(t, version, { daemon });
      const finished = await workspace.nx(['run-many', '-t', 'batched', '--batch'], on);
      t.is(finished.code, 0, finished.stderr);
      for (const name of ['first', 'second']) {
        t.is(workspace.lines(finished).get(`${name}:batched`), `✓ ${name}:batched`);
      }
      t.regex(finished.stderr, /^• nx batch \S+ \(peak: \d+(\.\d)?MB\)$/m);
      const batch = workspace.result.tasks?.find(({ id }) => id === 'nx batch');
      const peak = (batch?.peak?.bytes ?? 0) / MB;
      t.true(peak >= 130 && peak < 280, `${peak} MB`);
    });

    real(`${how} the lines stand below what the TUI of Nx leaves behind`, async (t) => {
      const workspace = new Workspace(t, version, { daemon });
      const terminal = await Terminal.open(t, { args: [], shellArgs: '' });
      const variables = { ...on.env, NX_DAEMON: `${daemon}`, NX_TUI: 'true' };
      const exports = Object.entries(variables)
        .map((pair) => pair.join('='))
        .join(' ');
      const store = `MEMTOP_STORE='${workspace.store}'`;
      terminal.program(
        'nx',
        `cd '${workspace.folder}'
        env ${exports} ${store} node '${workspace.program}' run-many -t fail; echo "code $?"`,
      );
      await terminal.types('./nx');
      await terminal.shows(/pin output|show output/);
      const screen = await terminal.shows(/^code \d+$/m);
      t.regex(
        screen,
        /^✗ failing:fail failed, exit 3, \S+ \(peak: \d+(\.\d)?MB\)\n(.*\n)*code 1$/m,
      );
      t.regex(screen, /✖ +nx run failing:fail/);
    });

    real(`${how} nothing is loaded or printed unless it is asked for`, async (t) => {
      const workspace = new Workspace(t, version, { daemon });
      for (const value of [undefined, '1', 'TRUE']) {
        const env = value === undefined ? {} : { NX_LOG_HEAP_USAGE: value };
        const finished = await workspace.nx(['run', 'look:look'], { env });
        t.is(finished.code, 0, finished.stderr);
        t.regex(finished.stdout.toString(), /^plugins \[false(,false)*\]$/m);
        t.is(workspace.lines(finished).size, 0);
        t.notRegex(finished.stderr, /memtop:/);
      }
      t.false(workspace.hasResult);
      const asked = await workspace.nx(['run', 'look:look'], on);
      t.regex(asked.stdout.toString(), /^plugins \[.*true.*\]$/m);
    });
  }

  real('with plugins in the process of the tasks, Nx reports the owner of each task', async (t) => {
    const workspace = new Workspace(t, version);
    for (const isIsolated of [true, false]) {
      const env = { ...on.env, NX_ISOLATE_PLUGINS: `${isIsolated}` };
      const finished = await workspace.nx(['run', 'hidden:work'], { env });
      t.is(finished.code, 0, finished.stderr);
      const { peak } = workspace.result.tasks?.find(({ id }) => id === 'hidden:work') ?? {};
      if (isIsolated) t.is(peak, undefined);
      else t.true((peak?.bytes ?? 0) >= 140 * MB, `${peak?.bytes}`);
    }
  });

  real('an addon that does not load changes only the messages', async (t) => {
    const workspace = new Workspace(t, version, { addon: 'broken' });
    const finished = await workspace.nx(build, on);
    t.is(finished.code, 1);
    t.regex(finished.stderr, /^memtop: warning: nothing was measured: .+ does not load/m);
    t.regex(workspace.lines(finished).get('command:build') ?? '', /^✓ command:build \S+$/);
    t.is(workspace.result.sampling.method, 'unavailable');
    const cached = await workspace.nx(build);
    t.regex(cached.stdout.toString(), /cache/i);
  });

  real('the variable of memtop comes before that of Nx', async (t) => {
    const workspace = new Workspace(t, version);
    const env = { NX_LOG_HEAP_USAGE: 'true', MEMTOP_LOG_HEAP_USAGE: 'false' };
    const finished = await workspace.nx(['run', 'look:look'], { env });
    t.is(workspace.lines(finished).size, 0);
  });
}
