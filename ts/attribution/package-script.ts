import type { TaskRule } from './rule.js';

/**
 * `npx` and `npm exec` appear as a script of the name npx. They belong to the script that called
 * them, so this matches every other name.
 */
export const anyScript = '^(?:[^n]|n(?:$|[^p])|np(?:$|[^x])|npx.)';

/**
 * The script of a package. npm, pnpm and yarn set the same variables, of which only the user agent
 * tells them apart. The name always includes the package, since other packages may have a script of
 * the same name.
 */
export function packageScript(agent: string): TaskRule {
  return {
    env: { npm_config_user_agent: `^${agent}/`, npm_lifecycle_event: anyScript },
    task: '[{npm_package_name}:]{npm_lifecycle_event}',
  };
}

/** The beginning of a command line that runs a JavaScript program, by itself or through Node. */
export const started = '^(?:\\S*/)?(?:env )?(?:\\S*node(?: -\\S+)* )?(?:\\S*/)?';

/** Flags that may precede the subcommand, some of them with a value. */
export const flags = '(?: -\\S+(?: [^-\\s]\\S*)??)*';
