import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sameScript } from '../helpers/script.js';

sameScript(
  'strace traces what it starts',
  {
    run: `
      $under strace -f -o trace sh -c 'true; /bin/true'; echo $?
      grep -o 'execve("[^"]*"' trace; grep -c 'exited with 0' trace`,
    prints: /^0\nexecve\(.*\nexecve\("\/bin\/true"\n2\n$/,
  },
  { needs: ['strace'] },
);

sameScript(
  'strace gives the exit code of what it traces, and dies of its signal',
  {
    run:
      "$under strace -o trace sh -c 'exit 3'; echo $?; " +
      "{ $under strace -o trace sh -c 'kill -TERM $$'; } 2>/dev/null; echo $?",
    prints: '3\n143\n',
  },
  { needs: ['strace'] },
);

sameScript(
  'a command runs while strace traces memtop, too',
  { run: "strace -f -o trace $under sh -c 'echo out; exit 3'; echo $?", prints: 'out\n3\n' },
  { needs: ['strace'] },
);

const attaching = `
sleep 1000 & slept=$!
strace -o trace -p $slept 2> /dev/null & tracing=$!
until grep -q "^TracerPid:.$tracing$" /proc/$slept/status; do :; done
kill $slept; wait $tracing; echo $?`;

sameScript(
  'strace attaches to a process beside it',
  {
    run: '$under sh attaching; grep -c "killed by SIGTERM" trace',
    files: (folder) => writeFileSync(join(folder, 'attaching'), attaching),
    prints: /^\d+\n1\n$/,
  },
  { needs: ['strace'] },
);

sameScript(
  'gdb runs a program to its end',
  {
    run:
      'debug() { $under gdb -nx -batch "$@" 2>&1; echo $?; }; ' +
      'debug -ex run -ex bt --args true; ' +
      'debug -ex "catch syscall exit_group" -ex run -ex kill --args sh -c "exit 3"',
    prints:
      /exited normally\][\s\S]*No stack\.\n[\s\S]*^Catchpoint 1 \(call to syscall exit_group\)/m,
    normalized: (text) => text.replaceAll(/\bprocess \d+|0x[0-9a-f]+|\/\S+/g, 'N'),
  },
  { needs: ['gdb'] },
);
