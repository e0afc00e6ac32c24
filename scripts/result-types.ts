/** The text of `ts/result/types.ts`: an interface for the result and for each named part of it. */
import { wrapped } from '../ts/report/plain-text.js';
import { type ObjectSchema, type Schema, typeOf } from './json-schema.js';

export function resultTypes(schema: ObjectSchema): string {
  const parts = Object.entries(schema.$defs).map(
    ([name, part]) => `\n${comment(part.description, '')}${declaration(name, part)}\n`,
  );
  return `/** The result of a run. Generated from schema.ts by \`npm run generate\`. */

${declaration('Result', schema)}
${parts.join('')}`;
}

function declaration(name: string, schema: Schema): string {
  if (schema.properties) return `export interface ${name} ${objectType(schema, '')}`;
  return withWords(`export type ${name} =`, schema, '  ');
}

function objectType(schema: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const doc = comment(value.description, inner);
    const mark = schema.required?.includes(key) ? '' : '?';
    return `${doc}${withWords(`${inner}${key}${mark}:`, value, `${inner}  `)}\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

const longestLine = 100;

function comment(text: string | undefined, indent: string): string {
  if (!text) return '';
  const line = `${indent}/** ${text} */`;
  if (line.length <= longestLine) return `${line}\n`;
  const lines = wrapped(text, longestLine - `${indent} * `.length);
  return [`${indent}/**`, ...lines.map((one) => `${indent} * ${one}`), `${indent} */`, ''].join(
    '\n',
  );
}

/** Many words go below one another, as the formatter would have them. */
function withWords(head: string, value: Schema, indent: string): string {
  const line = `${head} ${typeOf(value, (nested) => objectType(nested, indent.slice(2)))};`;
  if (!value.enum || line.length <= longestLine) return line;
  return `${head}${value.enum.map((word) => `\n${indent}| '${word}'`).join('')};`;
}
