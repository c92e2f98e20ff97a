import { Document, isScalar, Scalar, stringify } from 'yaml';
import { describeHeadConfig, type ConfigKey } from './config-keys';
import { headConfigSchema, type HeadConfig } from './head-config';
import { rankingConfigSchema, type RankingConfig } from './ranking-config';

const COMMENT_COLUMN = 40;

/**
 * A commented head.yaml with every key: its value in `config`, what it means and what it accepts. Keys that the
 * configuration leaves open stand as comments. Read back, the text gives the same configuration.
 */
export function writeHeadConfigExample(config: HeadConfig | RankingConfig = headConfigSchema.parse({})): string {
  const schema = config.task === 'ranking' ? rankingConfigSchema : headConfigSchema;
  const lines = [
    '# Configuration of a head: attune train -c head.yaml --out DIR',
    '# Keys left out have the default shown by attune train --help.',
    '',
  ];
  for (const section of describeHeadConfig(schema)) {
    const values: Record<string, unknown> = section.name === undefined ? config : sectionOf(config, section.name);
    if (section.name !== undefined) lines.push('', `# ${section.description}`, `${section.name}:`);
    const indent = section.name === undefined ? '' : '  ';
    for (const key of section.keys) lines.push(exampleLine(key, values, indent));
  }
  return `${lines.join('\n')}\n`;
}

function sectionOf(config: HeadConfig | RankingConfig, name: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (key === name && typeof value === 'object' ? Object.entries(value) : [])),
  );
}

function exampleLine(key: ConfigKey, values: Record<string, unknown>, indent: string): string {
  const name = key.path.split('.').at(-1) ?? key.path;
  const value = values[name];
  const code = value === undefined ? `${indent}# ${name}:` : `${indent}${name}: ${flowText(value)}`;
  return `${code.padEnd(COMMENT_COLUMN)} # ${key.description} (${key.type})`;
}

/** The value on one line, so that a comment can follow it. */
function flowText(value: unknown): string {
  const document = new Document(value);
  if (isScalar(document.contents)) {
    if (typeof value === 'string' && /[\n\r]/.test(value)) document.contents.type = Scalar.QUOTE_DOUBLE;
    return document.toString({ lineWidth: 0 }).trimEnd();
  }
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
