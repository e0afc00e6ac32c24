import test from 'ava';
import { resultMarkdown } from '../../ts/report/markdown.js';
import type { Result } from '../../ts/result/types.js';
import { exampleResult, MB } from '../helpers/example-result.js';

const task = (id: string, rest: object = {}) => ({
  id,
  source: 'nx',
  status: 'ended',
  exit: { code: 0, signal: null, cause: 'exit' },
  durationMs: 2500,
  peak: { ...exampleResult.peak, bytes: 900 * MB },
  ...rest,
});

function markdown(parts: object = {}): string {
  return resultMarkdown({ ...exampleResult, ...parts } as Result);
}

test('the headline, the advice, the tasks and the processes at the peak', (t) => {
  const tasks = [
    task('ui:build', { peak: undefined, status: 'cached', cache: 'local', durationMs: 4 }),
    task('web:build', { exit: { code: 1, signal: null, cause: 'exit' } }),
  ];
  t.is(
    markdown({ tasks }),
    `### memtop: \`npm run build\`

**Peak 1.4GB, exact within 5%, at 12.3s of 20.1s**

|  |  |
| --- | --- |
| at the peak | node x3 1.2GB, esbuild 140MB, sh x2 4MB, a 50MB, 1 more 40MB |
| largest process | 612MB node node\\_modules/.bin/tsc -b |
| container limit | 1920MB: the peak of at most 1.5GB, 24.9MB for the kernel and \
a quarter more, rounded up |
| how measured | every page counted once; 2010 samples, one every 10ms; longest gap 12ms; \
3 of 57 processes too short-lived to measure |

| task | peak | time |  |
| --- | ---: | ---: | --- |
| \`web:build\` | 900MB | 2.5s | failed, exit 1 |
| \`ui:build\` | - | 4ms | \\[local cache\\] |

| at the peak | processes | memory |
| --- | ---: | ---: |
| \`node\` | 3 | 1.2GB |
| \`esbuild\` | 1 | 140MB |
| \`sh\` | 2 | 4MB |
| \`a\` | 1 | 50MB |
| \`b\` | 1 | 40MB |
`,
  );
});

test('a name is a name, whatever is in it', (t) => {
  const hostile = ['`</code>|<img src=x>', '**@everyone** #12', 'a\n# head', '[x](http://a.b)'];
  const rollup = hostile.map((name) => ({ name, count: 1, bytes: MB }));
  const text = markdown({
    tasks: hostile.map((id) => task(id)),
    peak: { ...exampleResult.peak, rollup },
    warnings: [{ code: 'x', message: `${hostile.join(' ')} <!-- ~~x~~` }],
  });
  for (const line of text.split('\n')) {
    // Outside of code spans no character is special.
    const outside = line
      .replaceAll(/`[^`]*`/g, '')
      .replaceAll('<!-- -->', ' ')
      .replaceAll(/\\[^a-z0-9]/gi, '')
      .replace(/^(### |\*\*|\| |- )/, '')
      .replace(/\*\*$/, '');
    t.notRegex(outside, /[`<>[\]*~]|@\w|#\d/, line);
  }
  const cells = text.split('\n').filter((line) => line.startsWith('| `'));
  t.is(cells.length, 8);
  for (const line of cells) t.regex(line, /^(\| [^|]+ ){2,}/);
});

test('secrets of a command line are not in it', (t) => {
  const run = { ...exampleResult.run, command: ['deploy', '--password=hunter2'] };
  t.false(markdown({ run }).includes('hunter2'));
});

test('a command that did not start says why', (t) => {
  const { peak: _peak, largestProcess: _largest, ...rest } = exampleResult;
  const exit = { code: 127, signal: null, cause: 'not-started', message: 'x: command not found' };
  t.is(
    resultMarkdown({ ...rest, exit } as Result),
    '### memtop: `npm run build`\n\nX: command not found\n',
  );
});

test('the largest of many tasks are listed and the rest is counted', (t) => {
  const many = Array.from({ length: 70 }, (_, index) => task(`t${index}`));
  const lines = markdown({ tasks: many }).split('\n');
  t.is(lines.filter((line) => line.startsWith('| `t')).length, 50);
  t.true(lines.includes('| 20 more |  |  |  |'));
});
