import test from 'ava';
import { parseResult, run, UnusableResult } from '../../ts/index.js';
import { resultJson } from '../../ts/report/json.js';
import { resultOf } from '../helpers/result-of.js';

test('the text of a result is the result again', async (t) => {
  const result = await run(['true'], { label: 'build' });
  t.deepEqual(parseResult(resultJson(result)), result);
});

test('a result of the previous schema is converted, and unknown keys stay', (t) => {
  const result = { ...resultOf({ megabytes: 5, metric: 'pss' }), later: 1 };
  const older = JSON.stringify({ ...result, schema: 'memtop.result/1' });
  const { schema, peak, ...others } = parseResult(older);
  t.is(schema, 'memtop.result/2');
  t.is(peak?.metric, 'pss');
  t.like(others, { later: 1 });
});

for (const [text, message] of [
  ['{', /^peak\.json cannot be read: /],
  ['null', /^peak\.json is not a memtop result; supported schemas: memtop\.result\/1, /],
  [
    '{"schema":"memtop.result/3"}',
    /^peak\.json has the schema memtop\.result\/3; supported schemas: /,
  ],
  ['{"schema":"memtop.result/2"}', /^peak\.json is incomplete: memtopVersion must be a string$/],
] as const) {
  test(`a text that is no result says so: ${text}`, (t) => {
    t.throws(() => parseResult(text, 'peak.json'), { instanceOf: UnusableResult, message });
  });
}

test('without a name it is the text', (t) => {
  t.throws(() => parseResult('x'), { code: 'UnusableResult', message: /^the text cannot be read/ });
});
