import { always } from '../helpers/harmless.js';
import { unlessRoot } from '../helpers/programs.js';
import { sameScript } from '../helpers/script.js';

// dash and not bash starts these: bash gives each program its own path in the variable _.

sameScript('a command has the same environment', {
  // The environment of the test run must not show up in a failure.
  run: 'env -i PATH="$PATH" A="x y" B= PWD=/ TERM=dumb _=/x $under env',
  prints: /\nA=x y\nB=\nPWD=\/\nTERM=dumb\n_=\/x\n$/,
});

sameScript('a variable that is not UTF-8 reaches a command', {
  run: 'V=$(printf "a\\377\\nb") $under sh -c \'printf %s "$V"\'',
  prints: 'a\xff\nb',
});

sameScript('a command works in the same folder', {
  run: 'mkdir "a b"; cd "a b"; $under pwd; $under readlink /proc/self/cwd',
  prints: 'FOLDER/a b\nFOLDER/a b\n',
});

sameScript('a command works in a folder that has been removed', {
  run: 'mkdir gone; cd gone; rmdir ../gone; $under readlink /proc/self/cwd',
  prints: 'FOLDER/gone (deleted)\n',
});

sameScript('a command has the same arguments, the first one too', {
  run:
    '$under cat /proc/self/cmdline; ' +
    '$under sh -c \'printf "%s|" "$0" "$@"\' -- "" " " "$(printf "\\377")" -- -q',
  prints: 'cat\0/proc/self/cmdline\0--|| |\xff|--|-q|',
});

sameScript('a program found in the path is the same file', {
  run:
    'mkdir bin; cp "$(command -v readlink)" bin/own; ' +
    'PATH="$PWD/bin:$PATH" $under own /proc/self/exe',
  prints: 'FOLDER/bin/own\n',
});

sameScript('a command has the same umask', {
  run: 'umask 0137; $under sh -c "umask; touch made"; stat -c %a made',
  prints: '0137\n640\n',
});

sameScript('a command has the same limits', {
  run: `
    ulimit -S -c 0; ulimit -S -s 4096; ulimit -S -t 5000; ulimit -H -l 64; ulimit -S -f 1000000
    $under cat /proc/self/limits | grep -v 'open files'`,
  prints: /^Max stack size +4194304/m,
});

sameScript(
  'a command may open as many files',
  {
    run: 'ulimit -S -n 256; $under sh -c "ulimit -S -n; ulimit -H -n"',
    prints: /^256\n/,
  },
  // Node raises the soft limit to the hard one for itself.
  {},
);

sameScript('a command may open as many files where the hard limit was set as well', {
  // The shell that sets it becomes the command, so that it is no parent of memtop.
  run:
    `ulimit -S -n 100; sh -c 'ulimit -n 200; exec "$@"' sh ` +
    `$under sh -c "ulimit -S -n; ulimit -H -n"; true`,
  prints: '200\n200\n',
});

sameScript(
  'a command has the same priority and the same processors',
  {
    run:
      'nice -n 5 taskset -c 0 ionice -c 3 $under sh -c ' +
      '"nice; taskset -p \\$\\$ | cut -d: -f2; ionice; chrt -p \\$\\$ | cut -d: -f2"',
    prints: /^5\n 1\nidle\n/,
  },
  { needs: ['nice', 'taskset', 'ionice', 'chrt'] },
);

sameScript('a command has the same rights and the same treatment of signals', {
  // Tracer, size and context switches differ between processes.
  run:
    "$under grep -E '^(Umask|[UG]id|Groups|Sig(Pnd|Blk|Ign|Cgt)|ShdPnd|Cap|NoNewPrivs|" +
    "Seccomp|Spec|Cpus|Mems|THP)' /proc/self/status",
  prints: /^SigBlk:\t0+$[\s\S]*^CapEff:/m,
});

sameScript(
  'a command that may gain no privileges stays so',
  {
    run:
      'setpriv --no-new-privs --inh-caps=-all --bounding-set=-all ' +
      "$under grep -E '^(Cap|NoNewPrivs)' /proc/self/status",
    prints: /^CapBnd:\t0+$[\s\S]*^NoNewPrivs:\t1$/m,
  },
  { needs: ['setpriv'], unless: unlessRoot() },
);

sameScript(
  'a signal that is ignored stays ignored',
  {
    run: "trap '' HUP USR1 INT; $under grep SigIgn /proc/self/status",
    prints: 'SigIgn:\t0000000000000203\n',
  },
  // Node gives every signal its default action at its start.
  { differs: always },
);

const maskedSignals =
  'import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]); ' +
  'os.execvp(sys.argv[1], sys.argv[1:])';

sameScript(
  'a signal that is blocked stays blocked',
  {
    run: `/usr/bin/python3 -c '${maskedSignals}' $under grep SigBlk /proc/self/status`,
    prints: 'SigBlk:\t0000000000000200\n',
  },
  // Node unblocks all signals at its start.
  { needs: ['/usr/bin/python3'], differs: always },
);

const deathSignal = (action: string) =>
  `import ctypes, os, sys; libc = ctypes.CDLL(None); number = ctypes.c_int(); ${action}`;
const setDeathSignal = deathSignal(
  'libc.prctl(1, 15, 0, 0, 0); os.execvp(sys.argv[1], sys.argv[1:])',
);
const getDeathSignal = deathSignal(
  'libc.prctl(2, ctypes.byref(number), 0, 0, 0); print(number.value)',
);

sameScript(
  'a command without a parent-death signal gets none',
  { run: `$under /usr/bin/python3 -c '${getDeathSignal}'`, prints: '0\n' },
  // Unless it is traced memtop sets one, so that the command ends when memtop is killed.
  { needs: ['/usr/bin/python3'], among: [['--trace', 'ptrace']] },
);

sameScript(
  'a command keeps its parent-death signal',
  {
    run: `/usr/bin/python3 -c '${setDeathSignal}' $under /usr/bin/python3 -c '${getDeathSignal}'`,
    prints: '15\n',
  },
  // The kernel forgets it at a fork, and the command is memtop's child.
  { needs: ['/usr/bin/python3'] },
);

sameScript('the kernel would choose a command as soon when memory runs out', {
  run: 'echo 500 > /proc/self/oom_score_adj; $under cat /proc/self/oom_score_adj',
  prints: '500\n',
});

sameScript(
  'a command runs with the same personality',
  {
    run: 'setarch --addr-no-randomize $under cat /proc/self/personality /proc/self/coredump_filter',
    prints: /^00040000\n/,
  },
  { needs: ['setarch'] },
);

sameScript('a command is in the same namespaces', {
  run: '$under sh -c \'for file in /proc/self/ns/*; do readlink "$file"; done\'',
  prints: /^mnt:\[\d+\]$/m,
});

sameScript('a command is in the same process group and session', {
  // The process that starts it leads both here; what matters is which they are.
  run:
    'p=$$; $under sh -c \'set -- $(cut -d" " -f5-8 /proc/self/stat); echo "$1 $2 $3 $4"\' | ' +
    'sed "s/$p/self/g"',
  prints: 'self self 0 -1\n',
});
