import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture } from '../helpers/processes.js';
import { pathOf } from '../helpers/programs.js';
import { sameScript } from '../helpers/script.js';

const node = `$under "${process.execPath}"`;

sameScript('a cluster of Node processes shares a port', {
  run: `${node} "${fixture('cluster.js')}"`,
  prints: '1,2 answered, ended with 1,2\n',
});

sameScript('threads of Node share memory', {
  run: `${node} "${fixture('workers.js')}"`,
  prints: '4000 counted, ended with 0,0,0,0\n',
});

sameScript('a Node that was forked talks with its parent', {
  run: `${node} "${fixture('forked.js')}"`,
  prints: '1000000 bytes received, ended with null SIGUSR2\n',
});

sameScript(
  'Java runs with twenty threads',
  {
    run: `$under java -Xmx64m "${fixture('Threads.java')}"; echo $?`,
    prints: '20000000 bytes by 20 threads\n5\n',
  },
  { needs: ['java', 'javac'] },
);

const pool = `
import multiprocessing, os
def square(number): return number * number
if __name__ == "__main__":
    for method in "fork", "spawn":
        with multiprocessing.get_context(method).Pool(3) as pool:
            print(method, sum(pool.map(square, range(1000))))
`;

sameScript(
  'a pool of Python processes shares the work',
  {
    run: '$under /usr/bin/python3 pool.py; echo $?',
    files: (folder) => writeFileSync(join(folder, 'pool.py'), pool),
    prints: 'fork 332833500\nspawn 332833500\n0\n',
  },
  { needs: ['/usr/bin/python3'] },
);

const browser =
  ['chromium', 'chromium-browser', 'google-chrome'].find((name) => pathOf(name) !== undefined) ??
  'chromium';

sameScript(
  'a browser without a window opens a page',
  {
    // Its messages about missing services differ from run to run.
    run:
      `$under ${browser} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage ` +
      `--user-data-dir="$PWD/profile" --dump-dom "file://$PWD/page.html" 2> /dev/null; echo $?`,
    files: (folder) => writeFileSync(join(folder, 'page.html'), page),
    prints: /42<\/body>[\s\S]*\n0\n$/,
  },
  { needs: [browser] },
);

const page = '<html><body><script>document.write(6 * 7)</script></body></html>';
