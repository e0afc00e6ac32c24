/**
 * Writes the TypeScript types of the result schema, which need no zod, and its page in docs; the
 * tables of task runners, for the tests of the engine that evaluates them; and the man page and the
 * keys of the config, from the tables of commands and flags.
 *
 *     npm run generate
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { nativeRules } from '../ts/attribution/native-rules.js';
import { runners } from '../ts/attribution/runners.js';
import { commands } from '../ts/cli/commands/index.js';
import { configurableFlags } from '../ts/cli/config/flags.js';
import { withKeyTable } from '../ts/cli/config/keys-page.js';
import { knownCommands } from '../ts/cli/grammar.js';
import { manPage } from '../ts/cli/man-page.js';
import { topics } from '../ts/cli/topics/index.js';
import { packageRoot } from '../ts/package.js';
import { resultSchema } from '../ts/result/schema.js';
import type { ObjectSchema } from './json-schema.js';
import { resultPage } from './result-page.js';
import { resultTypes } from './result-types.js';

const schema = z.toJSONSchema(resultSchema) as ObjectSchema;

writeFileSync(join(packageRoot, 'ts/result/types.ts'), resultTypes(schema));
writeFileSync(join(packageRoot, 'docs/result.md'), resultPage(schema));

writeFileSync(
  join(packageRoot, 'crates/sampler/tests/rules.json'),
  `${JSON.stringify(nativeRules(runners), null, 2)}\n`,
);

writeFileSync(
  join(packageRoot, 'man/memtop.1'),
  manPage(await knownCommands(commands), Object.entries(topics)),
);

const configPage = join(packageRoot, 'docs/config.md');
writeFileSync(configPage, withKeyTable(readFileSync(configPage, 'utf8'), configurableFlags));
