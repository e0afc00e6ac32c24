import type { ExecutionContext } from 'ava';
import { type Expected, holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

const files = {
  'package.json': {
    name: 'root',
    private: true,
    packageManager: 'npm@11.0.0',
    workspaces: ['one', 'two', 'failing'],
  },
  'package-lock.json': { name: 'root', lockfileVersion: 3, packages: {} },
  'turbo.json': { tasks: { build: { cache: false }, fail: { cache: false }, chain: {}, own: {} } },
  '.gitignore': 'node_modules\n.turbo\npayload.log\n*.fifo\n',
  'one/package.json': {
    name: 'one',
    version: '1.0.0',
    scripts: {
      build: payload('..', 'one#build', 100),
      chain: 'npm run step',
      step: payload('..', 'one#chain', 150),
    },
  },
  'two/package.json': {
    name: 'two',
    version: '1.0.0',
    scripts: {
      build: payload('..', 'two#build', 400),
      own: payload('..', 'mine', 400),
    },
  },
  'failing/package.json': {
    name: 'failing',
    version: '1.0.0',
    scripts: { fail: payload('..', 'failing#fail', 100, 3) },
  },
};

const wrapper = 'any' as const;
const tool = 'turbo@2.11.11';

/** By the arguments of turbo. */
const cases: Record<string, Record<string, Expected>> = {
  build: {
    'one#build': { megabytes: [100], wrapper },
    'two#build': { megabytes: [400], wrapper },
  },
  chain: { 'one#chain': { megabytes: [150], wrapper } },
  fail: { 'failing#fail': { megabytes: [100], wrapper, code: 3 } },
};

const environment = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };

function turbo(t: ExecutionContext) {
  const workspace = new Workspace(t, files).has(tool);
  workspace.ends(() => workspace.alone(['turbo', 'daemon', 'stop'], environment));
  return workspace;
}

for (const mode of ['strict', 'loose']) {
  for (const [script, expected] of Object.entries(cases)) {
    // Without tracing an orphan of the inner script is called after that.
    const conditions = { tools: [tool], isLong: true };
    runs(`turbo, ${mode}: ${script}`, conditions, async (t, trace) => {
      const command = ['turbo', 'run', script, `--env-mode=${mode}`];
      const ran = await turbo(t).run(command, { trace, env: environment });
      holds(t, ran, expected);
    });
  }

  runs(`turbo, ${mode}: a name of one's own`, { tools: [tool], isLong: true }, async (t, trace) => {
    const workspace = turbo(t);
    const command = ['turbo', 'run', 'own', `--env-mode=${mode}`];
    const named = ['env', 'TURBO_MEMTOP_TASK=mine', ...command];
    const ran = await workspace.run(named, { trace, env: environment });
    holds(t, ran, { mine: { megabytes: [400], besides: 120 } });
    t.is(ran.result.tasks?.[0]?.source, 'memtop');
  });
}
