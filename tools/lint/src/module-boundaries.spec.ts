import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Fixture {
  readonly what: string;
  readonly path: string;
  readonly text: string;
}

const BOUNDARIES = '@nx/enforce-module-boundaries';
const RESTRICTED = '@typescript-eslint/no-restricted-imports';

const uses = (name: string) => `import * as target from '${name}';\nexport const used = target;\n`;

const forbidden: (Fixture & { readonly rule: string })[] = [
  { what: 'a service imports finetune', path: 'apps/customer-service/src/a.ts', text: uses('@attune/finetune'), rule: BOUNDARIES },
  {
    what: 'a service imports finetune dynamically',
    path: 'apps/customer-service/src/a.ts',
    text: `export const load = () => import('@attune/finetune');\n`,
    rule: BOUNDARIES,
  },
  { what: 'a service imports a tool', path: 'apps/customer-service/src/a.ts', text: uses('@attune/setup'), rule: BOUNDARIES },
  { what: 'an app imports another app', path: 'apps/customer-service/src/a.ts', text: uses('@attune/cli'), rule: BOUNDARIES },
  { what: 'the command line imports finetune statically', path: 'apps/cli/src/a.ts', text: uses('@attune/finetune'), rule: RESTRICTED },
  { what: 'finetune imports inference', path: 'libs/finetune/src/a.ts', text: uses('@attune/inference'), rule: BOUNDARIES },
  { what: 'artifact imports onnx', path: 'libs/artifact/src/a.ts', text: uses('@attune/onnx'), rule: BOUNDARIES },
  { what: 'onnx imports inference', path: 'libs/onnx/src/a.ts', text: uses('@attune/inference'), rule: BOUNDARIES },
  { what: 'inference imports finetune', path: 'libs/inference/src/a.ts', text: uses('@attune/finetune'), rule: BOUNDARIES },
  { what: 'code outside specs imports testing', path: 'libs/onnx/src/a.ts', text: uses('@attune/testing'), rule: BOUNDARIES },
  { what: 'inference imports onnxruntime-node', path: 'libs/inference/src/a.ts', text: uses('onnxruntime-node'), rule: BOUNDARIES },
  { what: 'a service imports onnxruntime-node', path: 'apps/customer-service/src/a.ts', text: uses('onnxruntime-node'), rule: BOUNDARIES },
  { what: 'onnx imports TensorFlow', path: 'libs/onnx/src/a.ts', text: uses('@tensorflow/tfjs-node-gpu'), rule: BOUNDARIES },
  { what: 'a tool imports TensorFlow', path: 'tools/setup/src/a.ts', text: uses('@tensorflow/tfjs-node-gpu'), rule: BOUNDARIES },
  { what: 'an app imports kafkajs', path: 'apps/customer-service/src/a.ts', text: uses('kafkajs'), rule: BOUNDARIES },
  { what: 'finetune imports pg', path: 'libs/finetune/src/a.ts', text: uses('pg'), rule: BOUNDARIES },
  { what: 'artifact imports PGlite', path: 'libs/artifact/src/a.ts', text: uses('@electric-sql/pglite'), rule: BOUNDARIES },
  { what: 'a package that nobody declared', path: 'libs/artifact/src/a.ts', text: uses('no-such-package'), rule: BOUNDARIES },
  { what: 'a file inside another library', path: 'libs/onnx/src/a.ts', text: uses('@attune/artifact/src/errors'), rule: RESTRICTED },
  { what: 'a relative path into another library', path: 'libs/onnx/src/a.ts', text: uses('../../artifact/src/errors'), rule: BOUNDARIES },
  { what: 'any', path: 'libs/onnx/src/a.ts', text: 'export const a: any = 1;\n', rule: '@typescript-eslint/no-explicit-any' },
  {
    what: 'a non-null assertion',
    path: 'libs/onnx/src/a.ts',
    text: 'export const a = process.env.A!;\n',
    rule: '@typescript-eslint/no-non-null-assertion',
  },
  {
    what: 'a file of 301 lines',
    path: 'libs/onnx/src/a.ts',
    text: 'export const a = [\n' + '1,\n'.repeat(299) + '];\n',
    rule: 'max-lines',
  },
];

const allowed: Fixture[] = [
  {
    what: 'the command line imports finetune dynamically',
    path: 'apps/cli/src/a.ts',
    text: `export const load = () => import('@attune/finetune');\n`,
  },
  {
    what: 'the command line names types of finetune',
    path: 'apps/cli/src/a.ts',
    text: `import type { HeadConfig } from '@attune/finetune';\nexport type Used = HeadConfig;\n`,
  },
  { what: 'the command line imports the set-up', path: 'apps/cli/src/a.ts', text: `export const load = () => import('@attune/setup');\n` },
  { what: 'finetune imports artifact', path: 'libs/finetune/src/a.ts', text: uses('@attune/artifact') },
  { what: 'finetune imports onnx', path: 'libs/finetune/src/a.ts', text: uses('@attune/onnx') },
  { what: 'finetune imports TensorFlow', path: 'libs/finetune/src/a.ts', text: uses('@tensorflow/tfjs-node-gpu') },
  { what: 'inference imports onnx', path: 'libs/inference/src/a.ts', text: uses('@attune/onnx') },
  { what: 'onnx imports onnxruntime-node', path: 'libs/onnx/src/a.ts', text: uses('onnxruntime-node') },
  { what: 'a spec imports testing', path: 'libs/onnx/src/a.spec.ts', text: uses('@attune/testing') },
  { what: "an aliased package by the alias's name", path: 'libs/artifact/src/a.ts', text: uses('@xenova/transformers') },
  { what: "Node's own modules", path: 'libs/artifact/src/a.ts', text: uses('node:fs') },
];

/** ESLint loads its configuration by `import()`, which jest's sandbox lacks, so it runs in a process of its own. */
function lint(sources: readonly Fixture[]): string[][] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(__dirname, 'lint-sources.mjs')], {
    input: JSON.stringify(sources),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

describe('the lint rules', () => {
  const findings = lint([...forbidden, ...allowed]);

  it.each(forbidden.map((fixture, index) => ({ ...fixture, index })))('forbid: $what', ({ rule, index }) => {
    expect(findings[index]).toContain(rule);
  });

  it.each(allowed.map((fixture, index) => ({ ...fixture, index })))('allow: $what', ({ index }) => {
    expect(findings[forbidden.length + index]).toEqual([]);
  });
});
