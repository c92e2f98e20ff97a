/**
 * Lints source texts as if they lay at given paths, with the workspace's own configuration.
 * Reads `[{ path, text }]` as JSON from standard input and writes `[[ruleId, …], …]`, one list a source.
 */
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = resolve(import.meta.dirname, '../../..');
// The files exist only as texts, so TypeScript has no types for them.
const untyped = { ...tseslint.configs.disableTypeChecked, files: ['**/*.ts'] };
const eslint = new ESLint({ cwd: root, overrideConfig: [untyped] });

const findings = [];
for (const source of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(source.text, { filePath: resolve(root, source.path) });
  findings.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(findings));
