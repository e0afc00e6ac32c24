import type { ExecutionContext } from 'ava';
import { type Expected, holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

const project = (name: string, targets: object) => ({
  [`${name}/project.json`]: { name, targets },
});

const executor = `
  const { spawnSync } = require('node:child_process');
  const isGood = (script) => spawnSync('sh', ['-c', script]).status === 0;
  exports.default = async ({ script }) => ({ success: isGood(script) });
  exports.batch = async (graph, inputs) => Object.fromEntries(
    Object.entries(inputs).map(([id, { script }]) => {
      const { status } = spawnSync('sh', ['-c', script]);
      return [id, { success: status === 0, terminalOutput: '' }];
    }),
  );`;

const files = {
  'package.json': { name: 'workspace', private: true, workspaces: ['script', 'failing-script'] },
  'nx.json': { analytics: false, neverConnectToCloud: true },
  '.gitignore': 'node_modules\n.nx\npayload.log\n*.fifo\n',
  ...project('one', { build: { command: payload('.', 'one:build', 100) } }),
  ...project('two', {
    build: {
      command: payload('.', 'two:build', 400),
      configurations: { large: { command: payload('.', 'two:build:large', 450) } },
    },
  }),
  'script/package.json': {
    name: 'script',
    scripts: { build: payload('..', 'script:build', 150) },
  },
  ...project('parallel', {
    steps: {
      executor: 'nx:run-commands',
      options: {
        commands: [100, 130].map((size) => payload('.', 'parallel:steps', size)),
        parallel: true,
      },
    },
  }),
  ...project('serial', {
    steps: {
      executor: 'nx:run-commands',
      options: {
        commands: [100, 250, 130].map((size) => payload('.', 'serial:steps', size)),
        parallel: false,
      },
    },
  }),
  ...project('custom', {
    hold: {
      executor: './tools:hold',
      options: { script: payload('.', 'custom:hold', 400) },
    },
  }),
  'tools/package.json': { name: 'tools', executors: './executors.json' },
  'tools/executors.json': {
    executors: {
      hold: { implementation: './hold.js', schema: './schema.json' },
      batch: {
        implementation: './hold.js',
        batchImplementation: './hold.js#batch',
        schema: './schema.json',
      },
    },
  },
  'tools/schema.json': { type: 'object', properties: { script: { type: 'string' } } },
  'tools/hold.js': executor,
  ...project('outer', {
    nest: {
      command: `${payload('.', 'outer:nest', 400)} && nx run inner:build`,
    },
  }),
  ...project('inner', { build: { command: payload('.', 'inner:build', 100) } }),
  ...project('failing', { fail: { command: payload('.', 'failing:fail', 100, 3) } }),
  'failing-script/package.json': {
    name: 'failing-script',
    scripts: { fail: payload('..', 'failing-script:fail', 130, 3) },
  },
  ...project('first', {
    batched: {
      executor: './tools:batch',
      options: { script: payload('.', 'nx batch', 100) },
    },
  }),
  ...project('second', {
    batched: {
      executor: './tools:batch',
      options: { script: payload('.', 'nx batch', 400) },
    },
  }),
};

const wrapper = 'npm' as const;
/** Nx itself, where it does the work of a task. */
const besides = 250;

/** By the arguments of Nx. */
const cases: Record<string, Record<string, Expected>> = {
  'run-many -t build -p one,two,script --parallel=3': {
    'one:build': { megabytes: [100] },
    'two:build': { megabytes: [400] },
    'script:build': { megabytes: [150], wrapper },
  },
  'run-many -t fail': {
    'failing:fail': { megabytes: [100], code: 3 },
    // The wrapper that Nx runs a script with exits with 1 whatever the script's code.
    'failing-script:fail': { megabytes: [130], wrapper, code: 1 },
  },
  'run-many -t steps': {
    'parallel:steps': { megabytes: [100, 130], besides },
    'serial:steps': { megabytes: [250], besides },
  },
  'run custom:hold': { 'custom:hold': { megabytes: [400], besides } },
  'run two:build:large': { 'two:build:large': { megabytes: [450] } },
  'run outer:nest': {
    'outer:nest': { megabytes: [400] },
    'inner:build': { megabytes: [100] },
  },
  'run-many -t batched --batch': { 'nx batch': { megabytes: [400], besides } },
};

interface Mode {
  readonly daemon: boolean;
  readonly flags?: readonly string[];
}

async function workspaceOf(t: ExecutionContext, tool: string, { daemon }: Mode) {
  const workspace = new Workspace(t, files).has(tool);
  const env = { NX_DAEMON: `${daemon}`, NX_TUI: 'false' };
  // Below a plugin worker Nx asks git for the first commit.
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  await workspace.alone(['git', 'init', '-q']);
  await workspace.alone(['git', ...author, 'commit', '--allow-empty', '-qm', 'all']);
  workspace.ends(() => workspace.alone(['nx', 'daemon', '--stop'], env));
  return { workspace, env };
}

const modes: Record<string, Mode> = {
  'without the daemon': { daemon: false },
  'with the daemon': { daemon: true },
  'in a terminal': { daemon: false, flags: ['--pty', 'on'] },
};

let isLong = false;
for (const version of ['24.0.6', '23.3.2']) {
  const tool = `nx@${version}`;
  for (const [how, mode] of Object.entries(modes)) {
    for (const [args, expected] of Object.entries(cases)) {
      runs(`nx ${version}, ${how}: ${args}`, { tools: [tool], isLong }, async (t, trace) => {
        const { workspace, env } = await workspaceOf(t, tool, mode);
        const { flags = [] } = mode;
        const ran = await workspace.run(['nx', ...args.split(' ')], { trace, flags, env });
        // No variable identifies the processes of a batch.
        holds(t, ran, expected, { losesOrphans: args.includes('--batch') });
      });
      // The first of all is the short form.
      isLong = true;
    }
  }
}
