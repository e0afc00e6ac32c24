import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { allowedArrows, arrowsOfTypeScript, problemsOf } from '../../scripts/arrows.js';
import { temporaryFolder } from '../helpers/folder.js';

const table = (rows: readonly string[]): string =>
  ['| room | what is there | may use |', '| --- | --- | --- |', ...rows, '', 'More.'].join('\n');

/** The problems of a repository with these files and these rows in its table. */
function problems(
  t: ExecutionContext,
  files: Record<string, string>,
  rows: readonly string[],
): string[] {
  const root = temporaryFolder(t);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return problemsOf(arrowsOfTypeScript(root), allowedArrows(table(rows)));
}

const files = {
  'ts/errors.ts': 'export class Failure extends Error {}',
  'ts/result/size.ts':
    "import { Failure } from '../errors.js';\nexport type Size = number | Failure;",
  'ts/report/text.ts': "import { type Size } from '../result/size.js';\nexport type Text = Size;",
};
const rows = [
  '| `ts/errors.ts` | errors | nothing |',
  '| `ts/result` | results | `ts/errors.ts` |',
  '| `ts/report` | text | `ts/result` (types) |',
];

test('arrows that the table has are no problem', (t) => {
  t.deepEqual(problems(t, files, rows), []);
});

test('an arrow that the table does not have is a problem, in whatever way it is made', (t) => {
  for (const line of [
    "import { Text } from '../report/text.js';",
    "export * from '../report/text.js';",
    "export const late = () => import('../report/text.js');",
    "export type Late = import('../report/text.js').Text;",
  ]) {
    t.deepEqual(problems(t, { ...files, 'ts/result/wrong.ts': line }, rows), [
      'ts/result/wrong.ts: ts/result may not use ts/report',
    ]);
  }
});

test('a type-only arrow forbids imports at run time', (t) => {
  const line = "import { Size } from '../result/size.js';";
  t.deepEqual(problems(t, { ...files, 'ts/report/wrong.ts': line }, rows), [
    'ts/report/wrong.ts: ts/report may use the types of ts/result only',
  ]);
});

test('a folder must be in the table, and the table allows only what is used', (t) => {
  const line = "import '../errors.js';";
  t.deepEqual(problems(t, { ...files, 'ts/new/room.ts': line }, rows), [
    'ts/new is not among the rooms of docs/architecture.md',
  ]);
  const wide = [...rows.slice(0, 2), '| `ts/report` | text | `ts/result`, `ts/errors.ts` |'];
  t.deepEqual(problems(t, files, wide), [
    'ts/report uses only the types of ts/result',
    'ts/report does not use ts/errors.ts',
  ]);
});
