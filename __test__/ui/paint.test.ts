import test from 'ava';
import { repaint } from '../../ts/ui/terminal/paint.js';
import { Screen } from '../helpers/screen.js';

const before = ['one', '\u001b[31mtwo\u001b[39m', '漢字'.repeat(10)];

for (const columns of [40, 80, 200]) {
  test(`a screen of ${columns} columns is painted once, then only where it changes`, async (t) => {
    const screen = new Screen(columns, 4);
    await screen.write(repaint([], before, 4));
    t.deepEqual(screen.lines, ['one', 'two', '漢字'.repeat(10), '']);
    await screen.write(repaint(before, ['one', 'x'.repeat(columns), '', 'last'], 4));
    t.deepEqual(screen.lines, ['one', 'x'.repeat(columns), '', 'last']);
    t.is(screen.everything.length, 4);
  });
}

test('unchanged parts are not painted again', (t) => {
  t.is(repaint(before, before, 3), '');
  t.false(repaint(before, ['one', 'three'], 3).includes('one'));
});
