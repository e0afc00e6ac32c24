import test from 'ava';
import { keysIn } from '../../ts/ui/terminal/keys.js';

test('each key in a chunk of input has its name', (t) => {
  t.deepEqual(keysIn('j\u001b[A\u001bOB\r /K\u0003'), [
    'j',
    'up',
    'down',
    'enter',
    'space',
    '/',
    'K',
    'ctrl-c',
  ]);
});

test('a lone escape is a key, and an unknown sequence is none', (t) => {
  t.deepEqual(keysIn('\u001b'), ['escape']);
  t.deepEqual(keysIn('\u001b[23~\u001b[200;1;2Mq'), ['q']);
});

test('a character beyond the first plane is one key', (t) => {
  t.deepEqual(keysIn('é🦀'), ['é', '🦀']);
});
