/** Tasks of runners that tasks of `memtop run` have started. */
import type { ExecutionContext } from 'ava';
import { MB } from '../../helpers/measured.js';
import { ownMegabytes, runs } from './campaign.js';
import { payload, type Ran, Workspace } from './workspace.js';

/** Peaks by the name of each task; what a task consists of is in it. */
function holds(t: ExecutionContext, ran: Ran, expected: Readonly<Record<string, number>>): void {
  t.is(ran.code, 0, ran.stderr);
  const tasks = ran.result.tasks?.filter(({ kind }) => kind !== 'service') ?? [];
  t.deepEqual(tasks.map(({ id }) => id).sort(), Object.keys(expected).sort());
  for (const { id, parent, peak } of tasks) {
    t.is(parent, id.includes(' > ') ? id.split(' > ')[0] : undefined);
    const megabytes = expected[id] ?? 0;
    // The outer one has the runner itself in it.
    const slack = parent === undefined ? 400 : Math.max(ownMegabytes, megabytes * 0.03);
    const bytes = (peak?.bytes ?? 0) / MB;
    t.true(bytes >= megabytes && bytes < megabytes + slack, `${id}: ${bytes} MB`);
    const others = ran.reported.filter(({ task }) => parent !== undefined && task !== id);
    const strangers = others.filter(({ pid }) => peak?.processes.some((one) => one.pid === pid));
    t.deepEqual(strangers, [], id);
  }
}

runs('memtop run: scripts that a script runs one after the other', {}, async (t, trace) => {
  const workspace = new Workspace(t, {
    'package.json': {
      name: 'root',
      scripts: {
        both: 'npm run one && npm run two',
        one: payload('.', 'both > root:one', 100),
        two: payload('.', 'both > root:two', 400),
      },
    },
  });
  const ran = await workspace.run(['both'], { trace, areTasks: true });
  holds(t, ran, { both: 400, 'both > root:one': 100, 'both > root:two': 400 });
});

const tool = 'nx@24.0.6';

runs('memtop run: tasks of Nx that a script runs', { tools: [tool] }, async (t, trace) => {
  const workspace = new Workspace(t, {
    'package.json': { name: 'root', private: true, scripts: { all: 'nx run-many -t build' } },
    'nx.json': { analytics: false, neverConnectToCloud: true },
    '.gitignore': 'node_modules\n.nx\npayload.log\n*.fifo\n',
    'one/project.json': {
      name: 'one',
      targets: { build: { command: payload('.', 'all > one:build', 100) } },
    },
    'two/project.json': {
      name: 'two',
      targets: { build: { command: payload('.', 'all > two:build', 400) } },
    },
  }).has(tool);
  const env = { NX_DAEMON: 'false', NX_TUI: 'false' };
  const flags = ['--log-heap-usage'];
  const ran = await workspace.run(['all'], { trace, env, flags, areTasks: true });
  const lines = ran.stderr.split('\n').filter((line) => /^[✓✗•] /.test(line));
  t.deepEqual(
    new Set(lines.map((line) => line.replace(/ \S+ \(peak: .*/, ''))),
    new Set(['✓ all', '✓ all > one:build', '✓ all > two:build']),
  );
  holds(t, ran, { all: 500, 'all > one:build': 100, 'all > two:build': 400 });
});
