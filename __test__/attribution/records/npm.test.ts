import { holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

const wrapper = 'any' as const;
const files = {
  'package.json': {
    name: 'root',
    private: true,
    workspaces: ['one', 'two', 'failing'],
    scripts: { both: 'npm run build -w one & npm run build -w two & wait' },
  },
  'one/package.json': { name: 'one', scripts: { build: payload('..', 'one:build', 100) } },
  'two/package.json': { name: 'two', scripts: { build: payload('..', 'two:build', 400) } },
  'failing/package.json': {
    name: 'failing',
    scripts: { fail: payload('..', 'failing:fail', 100, 3) },
  },
};
const both = {
  'one:build': { megabytes: [100], wrapper },
  'two:build': { megabytes: [400], wrapper },
};

runs('npm: the scripts of workspaces, one after the other', {}, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const command = ['npm', 'run', 'build', '--workspaces', '--if-present'];
  holds(t, await workspace.run(command, { trace }), both);
});

runs('npm: scripts side by side that a script has started', {}, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const ran = await workspace.run(['npm', 'run', 'both'], { trace });
  holds(t, ran, { 'root:both': {}, ...both });
});

runs('npm: a script that fails', {}, async (t, trace) => {
  const workspace = new Workspace(t, files);
  const ran = await workspace.run(['npm', 'run', 'fail', '-w', 'failing'], { trace });
  t.is(ran.code, 3);
  holds(t, ran, { 'failing:fail': { megabytes: [100], wrapper, code: 3 } });
});
