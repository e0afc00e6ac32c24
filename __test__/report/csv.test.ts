import test from 'ava';
import { resultCsv } from '../../ts/report/csv.js';
import type { Result } from '../../ts/result/types.js';

const task = (id: string, atMs: number[], bytes: number[]) => ({
  id,
  source: 'nx',
  status: 'ended',
  timeline: { atMs, bytes },
});

function csv(parts: object): string {
  return resultCsv(parts as Result);
}

test('each point is a row', (t) => {
  t.is(csv({ timeline: { atMs: [0.5, 10], bytes: [1, 2] } }), 'time_ms,bytes\r\n0.5,1\r\n10,2\r\n');
});

test('a task has a column with its highest since the row before, empty without it', (t) => {
  const timeline = { atMs: [0, 10, 20, 30, 40], bytes: [1, 5, 9, 7, 3] };
  const tasks = [task('a', [8, 12, 13, 29], [3, 6, 4, 5]), { id: 'b', source: 'nx' }];
  t.is(
    csv({ timeline, tasks }),
    'time_ms,bytes,task:a,task:b\r\n0,1,,\r\n10,5,3,\r\n20,9,6,\r\n30,7,5,\r\n40,3,,\r\n',
  );
});

test('a name can neither break the table nor be a formula', (t) => {
  const names = ['=1+1', '@SUM(A1)', 'a,b', 'a"b', 'a\r\nb', '-2', '\t=x'];
  const [head] = csv({ tasks: names.map((name) => task(name, [], [])) }).split('\r\n');
  t.is(
    head,
    'time_ms,bytes,task:=1+1,task:@SUM(A1),"task:a,b","task:a""b",task:a b,task:-2,task: =x',
  );
});

test('a run that was not measured has the heads only', (t) => {
  t.is(csv({}), 'time_ms,bytes\r\n');
});
