import { holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

const files = {
  'package.json': { name: 'root', private: true, scripts: { both: 'pnpm -r run build' } },
  'pnpm-workspace.yaml': 'packages: [one, two, failing]\nverifyDepsBeforeRun: false\n',
  'one/package.json': { name: 'one', scripts: { build: payload('..', 'one:build', 100) } },
  'two/package.json': { name: 'two', scripts: { build: payload('..', 'two:build', 400) } },
  'failing/package.json': {
    name: 'failing',
    scripts: { fail: payload('..', 'failing:fail', 100, 3), short: 'pnpm fail' },
  },
};
const both = { 'one:build': { megabytes: [100] }, 'two:build': { megabytes: [400] } };
const tool = 'pnpm@12.21.0';
const conditions = { tools: [tool], isLong: true };

runs('pnpm: scripts side by side', conditions, async (t, trace) => {
  const workspace = new Workspace(t, files).has(tool);
  holds(t, await workspace.run(['pnpm', '-r', 'run', 'build'], { trace }), both);
});

runs('pnpm: scripts side by side that a script has started', conditions, async (t, trace) => {
  const workspace = new Workspace(t, files).has(tool);
  const ran = await workspace.run(['pnpm', 'both'], { trace });
  holds(t, ran, { 'root:both': {}, ...both });
});

runs('pnpm: a script that fails below another', conditions, async (t, trace) => {
  const workspace = new Workspace(t, files).has(tool);
  const ran = await workspace.run(['pnpm', '--dir', 'failing', 'short'], { trace });
  t.not(ran.code, 0);
  const expected = {
    'failing:short': { code: 3 },
    'failing:fail': { megabytes: [100], code: 3 },
  };
  holds(t, ran, expected);
});
