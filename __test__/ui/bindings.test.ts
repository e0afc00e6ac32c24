import test from 'ava';
import { bindings as ofRuns } from '../../ts/ui/full/keys.js';
import { initial as initialRun } from '../../ts/ui/full/state.js';
import { bindings as ofMachines, pressed } from '../../ts/ui/machine/keys.js';
import { initial } from '../../ts/ui/machine/state.js';
import { helpKeys, hintsOf, typedInto } from '../../ts/ui/parts/bindings.js';

test('a key has one binding in a view', (t) => {
  for (const bindings of [ofRuns, ofMachines]) {
    const keys = bindings.flatMap(({ keys }) => keys);
    t.is(new Set(keys).size, keys.length);
  }
});

test('the help and the last line are derived from the bindings', (t) => {
  t.deepEqual(hintsOf(ofMachines, initial), [
    'enter open',
    's sort',
    '/ search',
    'K end',
    'space pause',
    '? help',
    'q quit',
  ]);
  t.deepEqual(hintsOf(ofRuns, { ...initialRun, isTree: true }, true), [
    't terminal',
    's sort',
    '/ search',
    'space pause',
    '? help',
  ]);
  t.deepEqual(
    helpKeys(ofRuns).map(([keys]) => keys),
    ['up, down, j, k', 'i, enter', 'K', 'page up, down', 't', 's', '/', 'space', 'q'],
  );
});

test('an unbound key changes nothing', (t) => {
  t.deepEqual(pressed(initial, 'z', { rows: [], height: 5 }), { state: initial });
});

test('a search text grows by characters, also by wide ones, and shrinks by whole ones', (t) => {
  t.is(typedInto('a', 'b'), 'ab');
  t.is(typedInto('a', 'space'), 'a ');
  t.is(typedInto('a', '🚀'), 'a🚀');
  t.is(typedInto('a🚀', 'backspace'), 'a');
  t.is(typedInto('a', 'pageup'), 'a');
});
