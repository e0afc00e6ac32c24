import { holds, runs } from './campaign.js';
import { payload, Workspace } from './workspace.js';

const worker = '$' + '{process.env.JEST_WORKER_ID}';
const file = `
  const { spawnSync } = require('node:child_process');
  test('holds', () => {
    const script = \`${payload('.', `jest worker ${worker}`, 400)}\`;
    expect(spawnSync('sh', ['-c', script]).status).toBe(0);
  });`;

const limits = { losesOrphans: true };
const tool = 'jest@30.5.2';

runs('jest: two workers', { tools: [tool], isLong: true }, async (t, trace) => {
  const files = { 'package.json': {}, 'one.test.js': file, 'two.test.js': file };
  const workspace = new Workspace(t, files).has(tool);
  const command = ['jest', '--maxWorkers=2', '--watchman=false'];
  // The workers are Node, and load jest.
  const expected = { megabytes: [400], besides: 200 };
  const ran = await workspace.run(command, { trace });
  holds(t, ran, { 'jest worker 1': expected, 'jest worker 2': expected }, limits);
});
