import test, { type ExecutionContext } from 'ava';
import { isRequired, skip, testNeeding } from './needs.js';

const lack = { need: 'zsh', why: 'zsh is not installed' };

test('in CI every need counts but those that the job goes without', (t) => {
  for (const CI of [undefined, '', '0', 'false']) t.false(isRequired(lack, { CI }));
  t.true(isRequired(lack, { CI: 'true' }));
  t.true(isRequired(lack, { CI: 'true', MEMTOP_TEST_WITHOUT: 'zsh-syntax root' }));
  t.false(isRequired(lack, { CI: 'true', MEMTOP_TEST_WITHOUT: 'root zsh' }));
});

/** Whether a test that skips itself passes with this environment. */
async function passes(t: ExecutionContext, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const { CI, MEMTOP_TEST_WITHOUT } = process.env;
  Object.assign(process.env, environment);
  try {
    const attempt = await t.try((inner) => skip(inner, lack));
    attempt.discard();
    return attempt.passed;
  } finally {
    for (const [name, value] of Object.entries({ CI, MEMTOP_TEST_WITHOUT })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

test.serial('a test that skips itself fails in CI alone', async (t) => {
  t.false(await passes(t, { CI: 'true', MEMTOP_TEST_WITHOUT: '' }));
  t.true(await passes(t, { CI: 'true', MEMTOP_TEST_WITHOUT: 'zsh' }));
  t.true(await passes(t, { CI: '' }));
});

const defined: string[] = [];
const define = (title: string) => defined.push(title);

test('what lacks nothing is defined as it is', (t) => {
  testNeeding(undefined, define)('complete', () => {});
  t.deepEqual(defined, ['complete']);
});
