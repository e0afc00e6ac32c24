import test, { type ExecutionContext } from 'ava';
import { isRequired, skip, testNeeding } from './needs.js';

const lack = { need: 'zsh', why: 'zsh is not installed' };

test('in CI every need is required unless the job opts out of it', (t) => {
  for (const CI of [undefined, '', '0', 'false']) t.false(isRequired(lack, { CI }));
  t.true(isRequired(lack, { CI: 'true' }));
  t.true(isRequired(lack, { CI: 'true', MEMTOP_TEST_WITHOUT: 'zsh-syntax root' }));
  t.false(isRequired(lack, { CI: 'true', MEMTOP_TEST_WITHOUT: 'root zsh' }));
});

/** The result with these variables set. */
async function inEnvironment<T>(
  environment: NodeJS.ProcessEnv,
  give: () => T,
): Promise<Awaited<T>> {
  const { CI, MEMTOP_TEST_WITHOUT } = process.env;
  Object.assign(process.env, environment);
  try {
    return await give();
  } finally {
    for (const [name, value] of Object.entries({ CI, MEMTOP_TEST_WITHOUT })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Whether a test that skips itself passes with this environment. */
async function passes(t: ExecutionContext, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const attempt = await inEnvironment(environment, () => t.try((inner) => skip(inner, lack)));
  attempt.discard();
  return attempt.passed;
}

test.serial('a test that skips itself fails only in CI', async (t) => {
  t.false(await passes(t, { CI: 'true', MEMTOP_TEST_WITHOUT: '' }));
  t.true(await passes(t, { CI: 'true', MEMTOP_TEST_WITHOUT: 'zsh' }));
  t.true(await passes(t, { CI: '' }));
});

type Implementation = (t: ExecutionContext) => void | Promise<void>;

/** What `testNeeding` defines, by its title. */
function definedBy(found: typeof lack | undefined, own: Implementation) {
  const defined = new Map<string, Implementation>();
  testNeeding(found, (title, implementation) => defined.set(title, implementation))('title', own);
  return defined;
}

test('a test that lacks nothing is defined unchanged', (t) => {
  const own = () => {};
  t.deepEqual([...definedBy(undefined, own)], [['title', own]]);
});

test.serial('in CI a test that lacks something fails with the reason', async (t) => {
  const never = () => t.fail('the test itself has run');
  const environment = { CI: 'true', MEMTOP_TEST_WITHOUT: '' };
  const defined = await inEnvironment(environment, () => definedBy(lack, never));
  t.deepEqual([...defined.keys()], ['title']);
  const attempt = await t.try((inner) => defined.get('title')?.(inner));
  attempt.discard();
  t.deepEqual(
    attempt.errors.map(({ message }) => message),
    ['CI lacks zsh: zsh is not installed'],
  );
});
