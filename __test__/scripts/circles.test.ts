import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { importCircles } from '../../scripts/circles.js';
import { packageRoot } from '../../ts/package.js';
import { temporaryFolder } from '../helpers/folder.js';

/** The circles of a repository with these files. */
function circles(t: ExecutionContext, files: Record<string, string>): string[][] {
  const root = temporaryFolder(t);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return importCircles(root);
}

const main = { 'ts/main.ts': "import { list } from './cli/list.js';" };

test('the files of ts/ import one another in no circle', (t) => {
  t.deepEqual(importCircles(packageRoot), []);
});

test('two ways to one file are no circle', (t) => {
  const files = {
    ...main,
    'ts/cli/list.ts': "import './show.js';\nimport '../text.js';",
    'ts/cli/show.ts': "import { text } from '../text.js';",
    'ts/text.ts': "import { join } from 'node:path';",
  };
  t.deepEqual(circles(t, files), []);
});

test('a circle is found, in whatever way its files import one another', (t) => {
  for (const line of [
    "import { list } from '../cli/list.js';",
    "export * from '../cli/list.js';",
    "export const late = () => import('../cli/list.js');",
    "import type { List } from '../cli/list.js';",
    "export type Late = import('../cli/list.js').List;",
  ]) {
    const files = {
      ...main,
      'ts/cli/list.ts': "import { View } from '../ui/view.js';",
      'ts/ui/view.tsx': line,
    };
    t.deepEqual(circles(t, files), [['ts/cli/list.ts', 'ts/ui/view.tsx']], line);
  }
});

test('each of several circles is found, also a file that imports itself', (t) => {
  const found = circles(t, {
    ...main,
    'ts/cli/list.ts': "import './show.js';\nimport '../self.js';",
    'ts/cli/show.ts': "import './list.js';",
    'ts/self.ts': "import './self.js';",
  });
  t.deepEqual(found.map((files) => files.toSorted()).toSorted(), [
    ['ts/cli/list.ts', 'ts/cli/show.ts'],
    ['ts/self.ts'],
  ]);
});
