/** Runs a command to its end. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { packageRoot } from '../../ts/package.js';

/** Longer than anything that is measured. */
const timeoutMs = 180_000;

/** Shows its standard error and returns its output. */
export async function run(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const quiet = openSync('/dev/null', 'r+');
  try {
    const child = spawn(program, args, {
      cwd: packageRoot,
      env,
      stdio: [quiet, 'pipe', 'inherit'],
      timeout: timeoutMs,
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    return await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (code === 0) resolve(output);
        else reject(new Error(`${program} ended with ${code ?? signal}`));
      });
    });
  } finally {
    closeSync(quiet);
  }
}
