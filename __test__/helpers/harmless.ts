/**
 * Tests that a command behaves the same under memtop as alone.
 *
 * What is compared is a function of the prefix of the command: nothing, or memtop with one of
 * several sets of flags. It must resolve to the same value every time.
 */
import test, { type ExecutionContext } from 'ava';
import { type Lack, testNeeding } from './needs.js';
import { cliPath } from './processes.js';
import { whatIsMissing } from './programs.js';
import { type Way, ways } from './ways.js';

/** What stands before a command; nothing when it runs alone. */
export interface Before {
  readonly args: readonly string[];
  /** The arguments for a shell, without single quotes, so that they may stand within such. */
  readonly shellArgs: string;
}

type Look = (t: ExecutionContext, before: Before) => Promise<unknown>;

interface Conditions {
  /** Programs without which the test is skipped. */
  readonly needs?: readonly string[];
  /** Any other lack. */
  readonly unless?: Lack | undefined;
  /** The ways to try; default: `ways`. */
  readonly among?: readonly Way[];
  /** Ways in which the command cannot be the same, and should not be. */
  readonly except?: (way: Way) => boolean;
  /** Ways in which the command is not the same yet; the test fails once it is. */
  readonly differs?: (way: Way) => boolean;
}

const alone: Before = { args: [], shellArgs: '' };

export function harmless(title: string, look: Look, conditions: Conditions = {}): void {
  const {
    needs = [],
    unless,
    among = ways,
    except = () => false,
    differs = () => false,
  } = conditions;
  const missing = whatIsMissing(needs) ?? unless;
  let bare: Promise<unknown> | undefined;
  testNeeding(missing, test.serial)(`${title} [alone]`, async (t) => {
    bare = look(t, alone);
    await t.notThrowsAsync(bare);
  });
  if (missing !== undefined) return;
  for (const way of among.filter((one) => !except(one))) {
    const define = differs(way) ? test.serial.failing : test.serial;
    define(`${title} [${['memtop', ...way].join(' ')}]`, async (t) => {
      // If only this test was selected, that one has not run.
      bare ??= look(t, alone);
      const expected = await bare;
      t.deepEqual(await look(t, memtopIn(way)), expected);
    });
  }
}

/** Every way: for differences that do not depend on the flags. */
export const always = (): boolean => true;

/** The report goes nowhere, and with one memtop makes the control group that a user's run has. */
export function memtopIn(way: Way, report: readonly string[] = quietly): Before {
  const args = [process.execPath, cliPath, ...report, ...way, '--'];
  return { args, shellArgs: args.map((word) => `"${word}"`).join(' ') };
}

const quietly = ['--quiet', '--json', '/dev/null'];
