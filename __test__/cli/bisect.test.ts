import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../helpers/folder.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';

const withGit = testNeeding(whatIsMissing(['git']));

withGit('git bisect finds the commit that needs more', (t) => {
  const cwd = temporaryFolder(t);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  git('init', '-q');
  for (const [index, megabytes] of [10, 12, 11, 60, 61, 62].entries()) {
    writeFileSync(join(cwd, 'build.pl'), `vec($x, ${megabytes} << 20, 8) = 1; # ${index}`);
    git('add', '.');
    git('commit', '-q', '-m', `commit ${index}`);
  }
  git('bisect', 'start', 'HEAD', 'HEAD~5');
  const memtop = [process.execPath, cliPath, '-q', '--max-peak', '40M', '--', 'perl', 'build.pl'];
  t.regex(git('bisect', 'run', ...memtop), /is the first bad commit[\s\S]*commit 3/);
});
