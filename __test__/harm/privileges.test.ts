import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf, unlessRoot } from '../helpers/programs.js';
import { sameScript } from '../helpers/script.js';

const nobody = 'setpriv --reuid=nobody --regid=nogroup --clear-groups';

/** A copy of a program that every user may run. */
function copyOf(program: string, mode: number): (folder: string) => void {
  return (folder) => {
    chmodSync(folder, 0o777);
    const copy = join(folder, program);
    copyFileSync(pathOf(program) ?? program, copy);
    chmodSync(copy, mode);
  };
}

sameScript(
  'a program with the setuid bit gets its owner’s privileges when another user starts it',
  {
    run:
      `${nobody} $under ./id -u; ${nobody} $under sh -c './id -u; ./id -ru'; ` +
      `$under ${nobody} ./id -u`,
    files: copyOf('id', 0o4755),
    prints: '0\n0\n65534\n0\n',
  },
  { needs: ['setpriv', 'id'], unless: unlessRoot() },
);

sameScript(
  'a program with the setgid bit gets its group',
  {
    run: `${nobody} $under ./id -g; $under ${nobody} ./id -g`,
    files: copyOf('id', 0o2755),
    prints: '0\n0\n',
  },
  { needs: ['setpriv', 'id'], unless: unlessRoot() },
);

sameScript(
  'a program with capabilities of its own gets them',
  {
    run: `setcap cap_net_raw+ep ./grep; ${nobody} $under ./grep CapEff /proc/self/status`,
    files: copyOf('grep', 0o755),
    prints: 'CapEff:\t0000000000002000\n',
  },
  { needs: ['setpriv', 'setcap', 'grep'], unless: unlessRoot() },
);

sameScript(
  'a program without such rights gets none',
  {
    run: `${nobody} $under ./grep -E '^(CapEff|Uid)' /proc/self/status`,
    files: copyOf('grep', 0o755),
    prints: /^Uid:\t65534\t65534\t65534\t65534\nCapEff:\t0+\n$/,
  },
  { needs: ['setpriv', 'grep'], unless: unlessRoot() },
);

sameScript(
  'sudo runs a command as another user',
  {
    run: "echo input | $under sudo -n -u nobody sh -c 'id -un; cat; exit 3'; echo $?",
    prints: 'nobody\ninput\n3\n',
  },
  { needs: ['sudo'], unless: unlessRoot() },
);

sameScript(
  'su runs a command as another user',
  {
    run: "echo input | $under su nobody -s /bin/sh -c 'id -un; cat; exit 3'; echo $?",
    prints: 'nobody\ninput\n3\n',
  },
  { needs: ['su'], unless: unlessRoot() },
);

sameScript(
  'a command can make namespaces of its own',
  {
    run:
      '$under unshare --user --map-root-user --pid --fork --mount-proc ' +
      "sh -c 'id -u; echo $$; exit 4'; echo $?",
    prints: '0\n1\n4\n',
  },
  { needs: ['unshare'], unless: unlessRoot() },
);
