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
import { runners } from '../ts/attribution/index.js';
import { nativeRules } from '../ts/attribution/native-rules.js';
import { commands } from '../ts/cli/commands/index.js';
import { configurableFlags } from '../ts/cli/config/flags.js';
import { withKeyTable } from '../ts/cli/config/keys-page.js';
import { knownCommands } from '../ts/cli/grammar.js';
import { manPage } from '../ts/cli/man-page.js';
import { topics } from '../ts/cli/topics/index.js';
import { packageRoot } from '../ts/package.js';
import { olderResultSchemaName, resultSchemaName } from '../ts/result/name.js';
import { resultSchema } from '../ts/result/schema.js';

interface Schema {
  type?: string | string[];
  description?: string;
  const?: string;
  enum?: string[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.const !== undefined) return `'${schema.const}'`;
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(' | ');
  if (schema.type === 'array' && schema.items) {
    const item = typeOf(schema.items, indent);
    return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.properties) return objectType(schema, indent);
  if (schema.type === undefined) throw new Error(`no type for ${JSON.stringify(schema)}`);
  return [schema.type]
    .flat()
    .map((type) => (type === 'integer' ? 'number' : type))
    .join(' | ');
}

function objectType(schema: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const doc = value.description ? `${inner}/** ${value.description} */\n` : '';
    const mark = schema.required?.includes(key) ? '' : '?';
    return `${doc}${member(`${inner}${key}${mark}:`, key, value, inner)}\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

/** Breaks long unions, as the formatter would. */
function member(head: string, key: string, value: Schema, indent: string): string {
  const isNested = indent.length > 2 && value.properties;
  if (isNested && isAlsoAtTop(key, value)) return `${head} NonNullable<Result['${key}']>;`;
  const line = `${head} ${typeOf(value, indent)};`;
  if (!value.enum || line.length <= 100) return line;
  return `${head}${value.enum.map((word) => `\n${indent}  | '${word}'`).join('')};`;
}

function tableRows(schema: Schema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const here = path ? `${path}.${key}` : key;
    const nested = value.items?.properties ? value.items : value;
    const shown = value.items?.properties ? `${here}[]` : here;
    const type = nested.properties ? 'object' : typeOf(value, '').replaceAll(' | ', ', ');
    const mark = schema.required?.includes(key) ? '' : ' (may be absent)';
    const row = (about: string) => `| \`${shown}\` | ${type}${mark} | ${about} |`;
    if (path && nested.properties && isAlsoAtTop(key, value)) return [row(`As \`${key}\`.`)];
    return [row(value.description ?? ''), ...tableRows(nested, shown)];
  });
}

/** Whether a field of a task is also one of the run, which is documented once. */
function isAlsoAtTop(key: string, value: Schema): boolean {
  return JSON.stringify(schema.properties?.[key]) === JSON.stringify(value);
}

const schema = z.toJSONSchema(resultSchema) as Schema;

writeFileSync(
  join(packageRoot, 'ts/result/types.ts'),
  `/** The result of a run. Generated from schema.ts by \`npm run generate\`. */
export interface Result ${objectType(schema, '')}
`,
);

writeFileSync(
  join(packageRoot, 'docs/result.md'),
  `<!-- Generated from ts/result/schema.ts by \`npm run generate\`. -->
# The result

What \`--json\` writes and what \`run()\` resolves to: one object of the schema
\`${resultSchemaName}\`. A measure that is missing is absent, never 0. Accept keys that you do not
know: later versions add some. A changed meaning gets a new schema number.

memtop reads \`${olderResultSchemaName}\` as well, where the metric was \`rss\` or \`pss\`. Peaks of different
metrics are never compared.

| key | type | meaning |
| --- | --- | --- |
${tableRows(schema, '').join('\n')}
`,
);

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
