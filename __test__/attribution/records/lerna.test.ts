import { type Expected, holds, runs } from './campaign.js';
import { threePackages, Workspace } from './workspace.js';

const files = {
  'package.json': { name: 'root', private: true, workspaces: ['one', 'two', 'failing'] },
  'lerna.json': { version: 'independent', packages: ['one', 'two', 'failing'] },
  'nx.json': { analytics: false, neverConnectToCloud: true },
  '.gitignore': 'node_modules\n.nx\npayload.log\n*.fifo\n',
  ...threePackages,
};

const wrapper = 'npm' as const;
/** The newest that starts on Node 20. */
const tool = 'lerna@9.0.7';
const name = '$' + 'LERNA_PACKAGE_NAME';

/** By the arguments of lerna. */
const cases: Record<string, [args: string[], expected: Record<string, Expected>]> = {
  'scripts side by side': [
    ['run', 'build', '--concurrency', '2'],
    {
      'one:build': { megabytes: [100], wrapper },
      'two:build': { megabytes: [400], wrapper },
    },
  ],
  'a script that fails': [
    ['run', 'fail'],
    // The wrapper that Nx runs a script with exits with 1 whatever the script's code.
    { 'failing:fail': { megabytes: [100], wrapper, code: 1 } },
  ],
  'lerna exec': [
    ['exec', '--scope', 'one', '--', `sh ../payload.sh ${name}:exec 150 1.2`],
    { 'one:exec': { megabytes: [150] } },
  ],
};

for (const [title, [args, expected]] of Object.entries(cases)) {
  for (const daemon of [false, true]) {
    const how = daemon ? 'with the daemon' : 'without the daemon';
    runs(`lerna, ${how}: ${title}`, { tools: [tool], isLong: true }, async (t, trace) => {
      const workspace = new Workspace(t, files).has(tool);
      const env = { NX_DAEMON: `${daemon}`, NX_TUI: 'false' };
      workspace.ends(() => workspace.alone(['nx', 'daemon', '--stop'], env));
      const ran = await workspace.run(['lerna', ...args], { trace, env });
      holds(t, ran, expected);
      t.is(ran.result.tasks?.find(({ id }) => id in expected)?.source, 'lerna');
    });
  }
}
