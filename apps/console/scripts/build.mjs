// Builds the page: node apps/console/scripts/build.mjs [FOLDER], by default into apps/console/dist.
import { rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = resolve(process.argv[2] ?? join(root, 'dist'));
// Beside its place and then moved there: a build that is interrupted leaves no half page that looks whole.
const draft = `${folder}.${String(process.pid)}`;
try {
  await build({ root, configFile: join(root, 'vite.config.mts'), logLevel: 'warn', build: { outDir: draft, emptyOutDir: true } });
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
} finally {
  await rm(draft, { recursive: true, force: true });
}
