import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sameScript } from '../helpers/script.js';

for (const code of [0, 3, 125, 126, 127, 255]) {
  sameScript(`a command that exits with ${code} does`, {
    run: `$under sh -c 'echo out; echo err >&2; exit ${code}'; echo $?`,
    prints: `out\n${code}\n`,
  });
}

for (const name of ['TERM', 'INT', 'KILL', 'ABRT', 'SEGV', 'PIPE', 'USR1', 'RTMIN']) {
  sameScript(`a shell sees that SIG${name} ended a command`, {
    shell: 'bash',
    // The shell reports it on its own standard error, with a pid.
    run: `ulimit -c 0; { $under bash -c 'echo out; kill -${name} $$'; } 2>/dev/null; echo $?`,
    prints: /^out\n1\d\d\n$/,
  });
}

sameScript('a command that is not there gives 127', {
  run: '$under ./none 2>/dev/null; echo $?; $under surely-no-command 2>/dev/null; echo $?',
  prints: '127\n127\n',
});

sameScript('a command that cannot be executed gives 126', {
  run: '$under ./plain 2>/dev/null; echo $?; $under ./ 2>/dev/null; echo $?',
  prints: '126\n126\n',
  files: (folder) => writeFileSync(join(folder, 'plain'), 'echo no\n', { mode: 0o600 }),
});

sameScript('a script whose interpreter is missing gives 127', {
  // Shells do not agree about that code; env is as plain as memtop.
  run: 'env $under ./script 2>/dev/null; echo $?',
  prints: '127\n',
  files: (folder) => writeExecutable(join(folder, 'script'), '#!/no/interpreter\n'),
});

sameScript('timeout ends a command that takes too long, and no other', {
  run: 'timeout 0.5 $under sleep 1000; echo $?; timeout 500 $under sh -c "exit 5"; echo $?',
  prints: '124\n5\n',
});

sameScript('xargs goes on after a failure and stops at 255', {
  run:
    'printf "1 0 255 0" | ' +
    'xargs -n 1 $under sh -c "echo ran \\$0; exit \\$0" 2>/dev/null; echo $?',
  prints: /^ran 1\nran 0\nran 255\n12[34]\n$/,
});

sameScript('set -e ends a script at the command that failed', {
  run: 'set -e; $under true; echo first; $under false; echo second',
  prints: 'first\n',
});

function writeExecutable(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}
