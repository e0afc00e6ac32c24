import test from 'ava';
import { lookIn } from '../../ts/report/look.js';

const utf8 = { LANG: 'en_US.UTF-8', TERM: 'xterm-256color' };

test('a terminal has its width and colours', (t) => {
  t.deepEqual(lookIn(utf8, 80), { columns: 80, isColoured: true, isAscii: false });
});

test('output to anything but a terminal has no colours', (t) => {
  t.deepEqual(lookIn(utf8, undefined), { columns: 120, isColoured: false, isAscii: false });
});

test('NO_COLOR and a dumb terminal disable colours', (t) => {
  t.false(lookIn({ ...utf8, NO_COLOR: '1' }, 80).isColoured);
  t.false(lookIn({ ...utf8, TERM: 'dumb' }, 80).isColoured);
});

test('an empty NO_COLOR does not count', (t) => {
  t.true(lookIn({ ...utf8, NO_COLOR: '' }, 80).isColoured);
});

test('FORCE_COLOR decides, whatever else is set and wherever the lines go', (t) => {
  t.true(lookIn({ ...utf8, FORCE_COLOR: '1', NO_COLOR: '1' }, undefined).isColoured);
  t.true(lookIn({ ...utf8, FORCE_COLOR: 'true', TERM: 'dumb' }, 80).isColoured);
  for (const no of ['0', 'false']) t.false(lookIn({ ...utf8, FORCE_COLOR: no }, 80).isColoured);
  t.false(lookIn({ ...utf8, FORCE_COLOR: '' }, undefined).isColoured);
});

test('the first of the variables of the locale decides', (t) => {
  t.false(lookIn({ LANG: 'de_DE.utf8' }, 80).isAscii);
  t.true(lookIn({ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 80).isAscii);
  t.false(lookIn({ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, 80).isAscii);
  t.true(lookIn({}, 80).isAscii);
});
