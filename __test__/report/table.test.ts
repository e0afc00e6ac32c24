import test from 'ava';
import { type Column, table, tableRows } from '../../ts/report/table.js';

interface Row {
  readonly size: string;
  readonly state: string;
  readonly name: string;
}

const size: Column<Row> = { title: 'SIZE', isNumber: true, text: ({ size }) => size };
const state: Column<Row> = { title: 'STATE', importance: 1, text: ({ state }) => state };
const name: Column<Row> = { title: 'NAME', text: ({ name }) => name };
const rows: Row[] = [
  { size: '1.5GB', state: 'ok', name: 'web' },
  { size: '12MB', state: 'failed', name: '' },
];

test('figures stand at the right, text at the left, and no line ends in spaces', (t) => {
  t.deepEqual(table([size, state, name], rows), [
    ' SIZE  STATE   NAME',
    '1.5GB  ok      web',
    ' 12MB  failed',
  ]);
  t.deepEqual(tableRows([state, size], rows), ['ok      1.5GB', 'failed   12MB']);
});

test('wide characters, emoji and accents take the columns that a terminal gives them', (t) => {
  const states = ['大小', '🚀', 'e\u0301', 'ok'].map((state) => ({ size: '', state, name: '|' }));
  t.deepEqual(tableRows([state, name], states), ['大小  |', '🚀    |', 'e\u0301     |', 'ok    |']);
});

test('the least important columns go where the last one would be too narrow', (t) => {
  const width = { columns: 20, narrowestLast: 8 };
  t.deepEqual(table([size, state, name], rows, width)[0], ' SIZE  NAME');
  t.deepEqual(
    table([size, state, name], rows, { ...width, columns: 23 })[0],
    ' SIZE  STATE   NAME',
  );
  const three = [{ ...size, importance: 2 }, state, name];
  t.deepEqual(
    [30, 20, 10].map((columns) => table(three, rows, { ...width, columns })[0]),
    [' SIZE  STATE   NAME', ' SIZE  NAME', 'NAME'],
  );
});

test('no line is wider than it may be, and the last column knows its room', (t) => {
  const long: Column<Row> = { title: 'NAME', text: (_, room) => `${room}${'漢'.repeat(20)}` };
  t.deepEqual(table([size, long], rows, { columns: 16 }), [
    ' SIZE  NAME',
    '1.5GB  9漢漢漢…',
    ' 12MB  9漢漢漢…',
  ]);
});

test('a table may have more rows than a call takes arguments', (t) => {
  const many = Array.from({ length: 200_000 }, () => rows[0] as Row);
  t.is(table([size, name], many).length, 200_001);
});
