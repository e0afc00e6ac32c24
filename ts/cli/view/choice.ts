/** Chooses the view of a run. */
import { fstatSync } from 'node:fs';
import type { UiUse } from '../flags/running.js';
import type { ExecOptions } from '../options.js';
import { say, terminalColumns } from '../write.js';
import { isShellAtPrompt } from './shell-at-prompt.js';

export type View = 'inline' | 'full' | 'off';

type Environment = NodeJS.ProcessEnv;
interface Asked extends Partial<Pick<ExecOptions, 'ui' | 'pty' | 'quiet'>> {
  /** The commands to run. */
  readonly commands: readonly (readonly string[])[];
}

/** Says why a requested view is not available. */
export function viewOf(asked: Asked, environment: Environment): View {
  const { ui = 'auto' } = asked;
  if (ui === 'off') return 'off';
  if (ui === 'auto') return isInlineUnasked(asked, environment) ? 'inline' : 'off';
  const obstacle =
    ui === 'full' ? obstacleToFull(environment) : obstacleToInline(asked, environment);
  if (obstacle === undefined) return ui;
  say(`memtop: there is no --ui ${ui} here: ${obstacle}`);
  return 'off';
}

/** Whether to show a view of the whole terminal where no command uses it. */
export function isShownUnasked(ui: UiUse | undefined, environment: Environment): boolean {
  if (ui === 'off' || ui === 'inline') return false;
  const isWanted = ui === 'full' || !isContinuousIntegration(environment);
  return isWanted && obstacleToFull(environment) === undefined;
}

function isInlineUnasked(asked: Asked, environment: Environment): boolean {
  const isWanted = asked.quiet !== true && !isContinuousIntegration(environment);
  return isWanted && obstacleToInline(asked, environment) === undefined;
}

function obstacleToInline({ pty, commands }: Asked, environment: Environment): string | undefined {
  if (pty === 'on') return 'with --pty on the command has a terminal of its own';
  if (commands.some(isShellAtPrompt)) return 'a shell at its prompt has the terminal to itself';
  if (!areOneTerminal([1, 2])) return 'standard output and error are not one terminal';
  return obstacleIn(environment);
}

function obstacleToFull(environment: Environment): string | undefined {
  if (!areOneTerminal([0, 1, 2])) return 'standard input, output and error are not one terminal';
  return obstacleIn(environment);
}

function obstacleIn({ TERM }: Environment): string | undefined {
  return TERM === undefined || TERM === 'dumb' ? 'TERM is unset or "dumb"' : undefined;
}

function isContinuousIntegration({ CI }: Environment): boolean {
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
}

/** Whether all of these descriptors are one terminal. */
function areOneTerminal(descriptors: readonly (0 | 1 | 2)[]): boolean {
  try {
    const [first, ...others] = descriptors.map((fd) => fstatSync(fd));
    return (
      first?.isCharacterDevice() === true &&
      others.every(({ rdev }) => rdev === first.rdev) &&
      terminalColumns() !== undefined
    );
  } catch {
    return false;
  }
}
