/** A shell in a real terminal: tests press keys and read the screen. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { isAlive } from './alive.js';
import { ifCutOff } from './cut-off.js';
import { temporaryFolder } from './folder.js';
import type { Before } from './harmless.js';
import { Running, until, withoutMemtop } from './processes.js';

/** The prompt of the shell. */
const prompt = '$ ';

export class Terminal {
  /** Where the shell is; `./under` there runs a command with what goes before it. */
  readonly folder: string;
  readonly #socket: string;
  #callOff: () => void = () => {};

  private constructor(folder: string) {
    this.folder = folder;
    this.#socket = join(folder, 'tmux');
  }

  /** Opens one of 80 columns and 24 lines that is gone when the test is over. */
  static async open(t: ExecutionContext, before: Before): Promise<Terminal> {
    const terminal = new Terminal(temporaryFolder(t));
    // A file, so that the screen does not show the prefix of the command.
    terminal.program('under', `exec ${before.shellArgs} "$@"`);
    writeFileSync(join(terminal.folder, 'rc'), `PS1='${prompt}'; unset HISTFILE PROMPT_COMMAND\n`);
    const bash = ['bash', '--noprofile', '--rcfile', 'rc', '-i'];
    terminal.#callOff = ifCutOff(() => {
      spawnSync('tmux', ['-S', terminal.#socket, 'kill-server']);
    });
    t.teardown(() => terminal.#close());
    await terminal.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', ...bash);
    await terminal.shows(/^\$$/m);
    return terminal;
  }

  /** Writes a shell script into the folder that can be called by its name. */
  program(name: string, text: string, interpreter = '/bin/sh'): void {
    const file = join(this.folder, name);
    writeFileSync(file, `#!${interpreter}\n${text}\n`);
    chmodSync(file, 0o755);
  }

  /** Types a line. */
  async types(line: string): Promise<void> {
    await this.begins(line);
    await this.presses('Enter');
  }

  /** Types without a newline. */
  async begins(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text);
  }

  /** Presses keys by the names that tmux has for them: `C-z`, `Escape`. */
  async presses(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  /** Types a command and waits until the shell is ready for the next one. */
  async runs(line: string): Promise<void> {
    const before = await this.#prompts();
    await this.types(line);
    await until(async () => (await this.#prompts()) > before, `an end of ${line}`);
  }

  /** What is on the screen, without empty lines at its end. */
  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p')).trimEnd();
  }

  /** Waits until the screen looks like this; resolves to it. */
  async shows(pattern: RegExp, within?: number): Promise<string> {
    let screen = '';
    const isThere = async () => {
      screen = await this.screen();
      return pattern.test(screen);
    };
    await until(isThere, `${pattern} on the screen`, within).catch((error: Error) => {
      throw new Error(`${error.message}, which shows:\n${screen}`);
    });
    return screen;
  }

  /** Waits for a prompt in the last line, with nothing behind it. */
  async isReady(): Promise<string> {
    return this.shows(/^\$$(?![\s\S])/m);
  }

  async resizes(columns: number, lines: number): Promise<void> {
    await this.#tmux('resize-window', '-x', `${columns}`, '-y', `${lines}`);
  }

  /** A tmux variable of the terminal, such as `pane_tty`. */
  async knows(name: string): Promise<string> {
    return (await this.#tmux('display-message', '-p', `#{${name}}`)).trim();
  }

  async #prompts(): Promise<number> {
    return (await this.screen()).split('\n').filter((line) => line.startsWith(prompt.trim()))
      .length;
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { TMUX: _outer, ...environment } = withoutMemtop(process.env);
    const running = new Running('tmux', ['-S', this.#socket, ...args], {
      cwd: this.folder,
      env: { ...environment, LC_ALL: 'C.UTF-8', SHELL: '/bin/sh' },
    });
    running.child.stdin?.end();
    const { code, stdout, stderr } = await running.finished();
    if (code !== 0) throw new Error(`tmux ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.toString();
  }

  async #close(): Promise<void> {
    const shell = Number(await this.knows('pane_pid'));
    await this.#tmux('kill-server');
    this.#callOff();
    await until(() => !isAlive(shell), 'the shell to end');
  }
}
