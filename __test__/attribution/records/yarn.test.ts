import { type Expected, holds, runs } from './campaign.js';
import { threePackages, Workspace } from './workspace.js';

const files = {
  'package.json': { name: 'root', private: true, workspaces: ['one', 'two', 'failing'] },
  '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\n',
  ...threePackages,
};
const both = { 'one:build': { megabytes: [100] }, 'two:build': { megabytes: [400] } };
const failing = { 'failing:fail': { megabytes: [100], code: 3 } };

/** By the arguments of each yarn. */
const cases: Record<string, Record<string, Record<string, Expected>>> = {
  'yarn@1.22.22': {
    'workspaces run build': both,
    'workspace failing run fail': failing,
  },
  '@yarnpkg/cli-dist@4.18.1': {
    'workspaces foreach --from {one,two} -R --parallel run build': both,
    'workspace failing run fail': failing,
  },
};

for (const [tool, ofTool] of Object.entries(cases)) {
  for (const [args, expected] of Object.entries(ofTool)) {
    runs(`${tool}: ${args}`, { tools: [tool], isLong: true }, async (t, trace) => {
      const workspace = new Workspace(t, files).has(tool);
      const { code, stdout, stderr } = await workspace.alone(['yarn', 'install']);
      t.is(code, 0, `${stdout}${stderr}`);
      holds(t, await workspace.run(['yarn', ...args.split(' ')], { trace }), expected);
    });
  }
}
