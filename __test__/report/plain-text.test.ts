import test from 'ava';
import {
  asAscii,
  fitted,
  padded,
  plainText,
  widthOf,
  wrapped,
} from '../../ts/report/plain-text.js';

test('escape sequences and line breaks do not reach the terminal', (t) => {
  t.is(plainText('a\u001b[2Jb'), 'a?[2Jb');
  t.is(plainText('one\ntwo\r\tthree'), 'one two three');
  t.is(plainText('c1 \u009b31m'), 'c1 ?31m');
});

test('bidirectional and invisible characters are replaced', (t) => {
  t.is(plainText('a\u202egnp.exe'), 'a?gnp.exe');
  t.is(plainText('a\u200bb'), 'a?b');
});

test('ordinary text of any language stays unchanged', (t) => {
  t.is(plainText('größe 大小 🙂'), 'größe 大小 🙂');
});

test('text that does not fit is cut with an ellipsis', (t) => {
  t.is(fitted('abcdef', 6), 'abcdef');
  t.is(fitted('abcdef', 5), 'abcd…');
  t.is(fitted('abcdef', 1), '…');
});

test('lines break where their columns end, wide characters counted as two', (t) => {
  t.deepEqual(wrapped('one two three', 7), ['one two', 'three']);
  t.deepEqual(wrapped('大小 大小 大小', 10), ['大小 大小', '大小']);
  t.deepEqual(wrapped('大小大小大小', 4), ['大小大小大小']);
  t.true(wrapped('🚀 '.repeat(40).trim(), 40).every((line) => widthOf(line) <= 40));
});

test('a text is filled up at the side that is free', (t) => {
  t.is(padded('大', 4), '大  ');
  t.is(padded('大', 4, 'right'), '  大');
  t.is(padded('too long', 4), 'too long');
});

test('in ASCII any other character is a question mark', (t) => {
  t.is(asAscii('größe 大…'), 'gr??e ?~');
});
