import test from 'ava';
import { joined, Lines } from '../../ts/tasks/lines.js';
import { Prefixed } from '../../ts/tasks/prefixed.js';
import { isWorkflowCommand } from '../../ts/tasks/workflow-command.js';

function linesOf(pieces: readonly Uint8Array[]): string[] {
  const lines = new Lines();
  const found = pieces.flatMap((piece) => lines.feed(piece));
  return [...found, ...lines.rest()].map((line) => Buffer.from(line).toString());
}

test('lines are the same however the output is chunked', (t) => {
  const text = 'one\n\nzwei 🙂 ä\r\nprogress\rprogress\nlast';
  const bytes = Buffer.from(text);
  const expected = ['one\n', '\n', 'zwei 🙂 ä\r\n', 'progress\rprogress\n', 'last\n'];
  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
    t.deepEqual(linesOf(pieces), expected);
  }
});

test('no output gives no line, and a final newline no empty line', (t) => {
  t.deepEqual(linesOf([]), []);
  t.deepEqual(linesOf([Buffer.from('')]), []);
  t.deepEqual(linesOf([Buffer.from('a\n')]), ['a\n']);
});

test('bytes that are not text pass through', (t) => {
  const lines = new Lines().feed(Uint8Array.of(0xff, 0, 0xfe, 10));
  t.deepEqual(
    lines.map((line) => [...line]),
    [[0xff, 0, 0xfe, 10]],
  );
});

test('a buffer that is reused later does no harm', (t) => {
  const lines = new Lines();
  const piece = Buffer.from('abc');
  lines.feed(piece);
  piece.fill('x');
  t.is(Buffer.from(joined(lines.rest())).toString(), 'abc\n');
});

test('a line of a megabyte in small pieces is one line', (t) => {
  const piece = Buffer.alloc(1000, 'x');
  const found = linesOf([...Array.from({ length: 1049 }, () => piece), Buffer.from('\n')]);
  t.deepEqual(
    found.map((line) => line.length),
    [1_049_001],
  );
});

test('each line is prefixed, and written whole to its own stream', (t) => {
  const written: string[] = [];
  const prefixed = new Prefixed('build', (stream, line) => {
    written.push(`${stream} ${Buffer.from(line)}`);
  });
  prefixed.take(Buffer.from('a\nb'), 'stdout');
  prefixed.take(Buffer.from('error\n'), 'stderr');
  prefixed.take(Buffer.from('c\n'), 'stdout');
  prefixed.take(Buffer.from('end'), 'stderr');
  prefixed.end();
  t.deepEqual(written, [
    'stdout [build] a\n',
    'stderr [build] error\n',
    'stdout [build] bc\n',
    'stderr [build] end\n',
  ]);
});

test('a workflow command of GitHub Actions has no prefix, except for groups', (t) => {
  const written: string[] = [];
  const prefixed = new Prefixed(
    'a',
    (_, line) => written.push(Buffer.from(line).toString()),
    isWorkflowCommand,
  );
  const lines = [
    '::add-mask::secret',
    '::error file=a.ts,line=1::oh',
    '::group::name',
    '::endgroup::',
    'std::string',
    '::',
  ];
  prefixed.take(Buffer.from(lines.map((line) => `${line}\n`).join('')), 'stdout');
  t.deepEqual(written, [
    '::add-mask::secret\n',
    '::error file=a.ts,line=1::oh\n',
    '[a] ::group::name\n',
    '[a] ::endgroup::\n',
    '[a] std::string\n',
    '[a] ::\n',
  ]);
});
