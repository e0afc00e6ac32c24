import test from 'ava';
import { commandText, programName } from '../../ts/report/process-name.js';

const chrome =
  '/opt/chromium/chrome --type=renderer --user-data-dir=/home/me/.config/profile/Default 7';

for (const [name, command, program, text] of [
  ['node', ['/usr/bin/node', 'build.js'], 'node', 'node build.js'],
  ['tsc', ['node_modules/.bin/tsc', '-b'], 'tsc', 'tsc -b'],
  ['sh', ['sh', '-c', 'a/b'], 'sh', 'sh -c a/b'],
  ['bash', ['-bash'], 'bash', 'bash'],
  ['sshd', ['sshd: deploy@pts/0'], 'sshd', 'sshd: deploy@pts/0'],
  ['sleep', ['sshd: deploy@pts/0', '9'], 'sleep', 'sshd: deploy@pts/0 9'],
  ['', ['sshd: deploy@pts/0'], 'sshd', 'sshd: deploy@pts/0'],
  ['postgres', ['postgres: walwriter '], 'postgres', 'postgres: walwriter'],
  ['chrome', [chrome], 'chrome', chrome.replace('/opt/chromium/', '')],
  ['', [chrome], 'chrome', chrome.replace('/opt/chromium/', '')],
  ['My Editor', ['/opt/My Editor/My Editor'], 'My Editor', 'My Editor'],
  ['npm run build', ['npm run build'], 'npm run build', 'npm run build'],
  ['chromium-browse', ['/usr/bin/chromium-browser'], 'chromium-browser', 'chromium-browser'],
  ['node-MainThread', ['node', 'x.js'], 'node', 'node x.js'],
  ['build.sh', ['/bin/sh', './build.sh'], 'build.sh', 'sh ./build.sh'],
  ['kworker/0:1', [], 'kworker/0:1', 'kworker/0:1'],
  ['', [], 'unnamed', 'unnamed'],
  [' ', ['', ''], 'unnamed', 'unnamed'],
] as const) {
  test(`${name || 'no name'} with ${command.join(' ') || 'no arguments'} is ${program}`, (t) => {
    t.is(programName({ name, command }), program);
    t.is(commandText({ name, command }), text);
  });
}

test('no text contains a secret', (t) => {
  const command = ['/usr/bin/deploy', '--token', 'hunter2'];
  t.is(commandText({ name: 'deploy', command }), 'deploy --token [redacted]');
});
