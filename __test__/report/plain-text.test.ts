import test from 'ava';
import { fitted, plainText } from '../../ts/report/plain-text.js';

test('escape sequences and line breaks do not reach the terminal', (t) => {
  t.is(plainText('a\u001b[2Jb'), 'a?[2Jb');
  t.is(plainText('one\ntwo\r\tthree'), 'one two three');
  t.is(plainText('c1 \u009b31m'), 'c1 ?31m');
});

test('text that runs backwards or hides itself is shown as what it is', (t) => {
  t.is(plainText('a\u202egnp.exe'), 'a?gnp.exe');
  t.is(plainText('a\u200bb'), 'a?b');
});

test('ordinary text of any language stays as it is', (t) => {
  t.is(plainText('größe 大小 🙂'), 'größe 大小 🙂');
});

test('what does not fit is cut with an ellipsis', (t) => {
  t.is(fitted('abcdef', 6), 'abcdef');
  t.is(fitted('abcdef', 5), 'abcd…');
  t.is(fitted('abcdef', 1), '…');
});
