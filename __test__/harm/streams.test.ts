import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { always, harmless } from '../helpers/harmless.js';
import { Running, withoutMemtop } from '../helpers/processes.js';
import { sameScript } from '../helpers/script.js';

const threeLines = (folder: string) => writeFileSync(join(folder, 'lines'), '1\n2\n3\n');

sameScript('a command reads a file, a pipe and nothing as its standard input', {
  run: 'echo piped | $under cat; $under cat < lines; $under cat < /dev/null; $under cat; echo $?',
  input: 'given\n',
  files: threeLines,
  prints: 'piped\n1\n2\n3\ngiven\n0\n',
});

sameScript('what a command does not read is left for the next', {
  run:
    '{ $under true; $under sh -c "read a; echo got \\$a"; cat; } < lines; ' +
    'printf "x\\ny\\n" | { $under true; cat; }',
  files: threeLines,
  prints: 'got 1\n2\n3\nx\ny\n',
});

sameScript(
  'a command whose standard input is closed finds it closed',
  {
    run: '$under sh -c "cat; echo \\$?" <&- 2>/dev/null; $under sh -c "ls /proc/self/fd" <&-',
    prints: /^1\n/,
  },
  // Node opens /dev/null in place of a closed stream at its start.
  { differs: always },
);

sameScript(
  'a command fails to write to a standard output that is closed',
  { run: '$under sh -c "echo lost" >&- 2>/dev/null; echo $?', prints: /^[12]\n$/ },
  // As above.
  { differs: always },
);

sameScript('a command cannot write where there is no space', {
  run: '$under sh -c "echo lost" 2>/dev/null > /dev/full; echo $?',
  prints: /^[12]\n$/,
});

sameScript('a pipeline whose reader ends early is ended by SIGPIPE', {
  shell: 'bash',
  run:
    'set -o pipefail; $under yes | head -1; echo $?; ' +
    '$under bash -o pipefail -c "yes | head -1"; echo $?',
  prints: 'y\n141\ny\n141\n',
});

sameScript('both streams can be one', {
  run:
    '$under sh -c "echo 1; echo 2 >&2; echo 3" 2>&1 | cat; ' +
    '$under sh -c "echo 4 >&2; echo 5" > file 2>&1; cat file',
  prints: '1\n2\n3\n4\n5\n',
});

sameScript('two commands append to one file', {
  run: 'exec >> file; $under echo 1; echo 2; $under echo 3; cat file >&2',
  prints: '',
});

sameScript('a background process keeps standard output open after the command', {
  // The first line of the fifo is written when the command is over; only then is the late one.
  run: `
    mkfifo over
    { $under sh -c '{ read -r line < over; echo "late, $line"; } &
      echo early'; echo done > over; } | cat`,
  prints: 'early\nlate, done\n',
});

sameScript('a file and its position are shared with the command', {
  run:
    'exec 3< lines 14>> out; read -r a <&3; ' +
    '$under bash -c "read -r b <&3; echo \\$b; echo fourteen >&14"; ' +
    'read -r c <&3; echo $c; cat out',
  shell: 'bash',
  files: threeLines,
  prints: '2\n3\nfourteen\n',
});

const openDescriptors =
  'cd /proc/self/fd; for fd in *; do test -e "$fd" && echo "$fd $(readlink "$fd")"; done';

sameScript('a command has the same open descriptors', {
  run: `$under sh -c '${openDescriptors}' 3< lines 5<> lines 7> /dev/null 9< lines`,
  files: threeLines,
  prints: /^3 FOLDER\/lines$[\s\S]*^9 FOLDER\/lines$/m,
  normalized: (text) => text.replaceAll(/\[\d+\]/g, '[N]'),
});

sameScript('process substitution reaches a command', {
  shell: 'bash',
  run: '$under cat <(echo one) <(echo two); $under tee >(cat) < lines > /dev/null | cat',
  files: threeLines,
  prints: 'one\ntwo\n1\n2\n3\n',
});

sameScript(
  'a pipe that only the command has been given reaches it',
  {
    shell: 'bash',
    run: '$under cat /dev/fd/3 3< <(echo three); echo four | $under cat /dev/fd/4 4<&0 < /dev/null',
    prints: 'three\nfour\n',
  },
  // A pipe that the parent does not have at the same number is taken for one of Node's own.
  {},
);

sameScript('the flags of shared streams stay as they were', {
  // O_NONBLOCK belongs to the open file description, which memtop shares with its caller.
  run:
    'flags() { grep -h flags /proc/self/fdinfo/[012]; }; ' +
    '{ $under true; flags; } < lines | { $under true; flags; cat; }',
  files: threeLines,
  prints: /^flags:\t0[0-7]+\n/,
});

harmless(
  'a program that was started by Node with a channel can use it',
  async (t, { args }) => {
    const source = "process.send?.('hello', () => process.disconnect())";
    const [program = '', ...rest] = [...args, process.execPath, '-e', source];
    const running = new Running(program, rest, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: withoutMemtop(process.env),
    });
    const messages: unknown[] = [];
    running.child.on('message', (message) => messages.push(message));
    const { code } = await running.finished();
    t.is(code, 0);
    return messages;
  },
  // The Node that memtop runs in takes the channel for its own.
  { differs: always },
);
