import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import { createProjectGraphAsync } from 'nx/src/devkit-exports.js';
import tseslint from 'typescript-eslint';
import { SPEC_ONLY_CYCLES, dependencyConstraints } from './tools/lint/src/module-boundaries.mjs';

// The boundary rule reads this graph from Nx's cache and silently does nothing where the cache is empty, as in a fresh clone.
await createProjectGraphAsync({ exitOnError: false });

const specs = (folder) => [`${folder}**/*.spec.ts`, `${folder || '{apps,libs,tools}/*/'}test/**/*.ts`];

const boundaries = (file) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    {
      banTransitiveDependencies: true,
      ignoredCircularDependencies: SPEC_ONLY_CYCLES,
      depConstraints: dependencyConstraints(file),
    },
  ],
});

const byRoot = {
  regex: '^@attune/[^/]+/.',
  message: 'Import a library by its root: what its index.ts exports is what it promises.',
};
const finetune = {
  name: '@attune/finetune',
  message: "Write await import('@attune/finetune') where it is needed, so that an image without TensorFlow can carry the command line.",
  allowTypeImports: true,
};
const rootsOnly = { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [byRoot] }] };
const lazyFinetune = { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [byRoot], paths: [finetune] }] };

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/.nx/', '**/coverage/', '**/fixtures/', '**/generated/', 'models/', 'runs/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx,mts}'],
    extends: [tseslint.configs.strict],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './apps/console/tsconfig.page.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: ['describe', 'it', 'test'] }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Nest modules, and ports whose adapters carry state, are classes with few members.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(['process', 'console', 'Buffer', '__dirname', '__filename'].map((name) => [name, 'readonly'])),
    },
  },
  { files: ['**/*.{js,cjs}'], languageOptions: { sourceType: 'commonjs' } },
  {
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 15],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  { files: ['**/*.tsx', 'apps/console/src/**/*.ts'], extends: [reactHooks.configs.flat.recommended] },
  { plugins: { '@nx': nx, '@typescript-eslint': tseslint.plugin } },
  { rules: { ...boundaries({}), ...rootsOnly } },
  { files: specs(''), rules: boundaries({ specs: true }) },
  { files: ['apps/cli/**/*.ts'], rules: { ...boundaries({ commandLine: true }), ...lazyFinetune } },
  { files: specs('apps/cli/'), rules: boundaries({ commandLine: true, specs: true }) },
  // The root configuration files belong to no project.
  { files: ['*.{mjs,cjs}'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  prettier,
);
