/** Requirements of tests that not every machine meets. */
import test, { type ExecutionContext } from 'ava';

/** Something that this machine lacks. */
export interface Lack {
  /** A program, or a name such as `root`. */
  readonly need: string;
  readonly why: string;
}

type Define = (
  title: string,
  implementation: (t: ExecutionContext) => void | Promise<void>,
) => void;

/** Defines tests that are skipped, with the reason in the title, or fail in CI. */
export function testNeeding(lack: Lack | undefined, define: Define = test): Define {
  if (lack === undefined) return define;
  if (isRequired(lack)) return (title) => define(title, (t) => t.fail(inCi(lack)));
  return (title, implementation) => test.skip(`${title} [SKIPPED: ${lack.why}]`, implementation);
}

/** The same for a lack that only the test itself detects; it must return after the call. */
export function skip(t: ExecutionContext, lack: Lack): void {
  if (isRequired(lack)) {
    t.fail(inCi(lack));
  } else {
    t.log(`SKIPPED: ${lack.why}`);
    t.pass();
  }
}

/** Whether this is CI, and its job does not name the need in MEMTOP_TEST_WITHOUT. */
export function isRequired({ need }: Lack, environment = process.env): boolean {
  const { CI = '', MEMTOP_TEST_WITHOUT = '' } = environment;
  return !['', '0', 'false'].includes(CI) && !MEMTOP_TEST_WITHOUT.split(/\s+/).includes(need);
}

function inCi({ need, why }: Lack): string {
  return `CI lacks ${need}: ${why}`;
}
