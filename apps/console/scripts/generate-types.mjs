// Writes the types of the services' APIs, as their own OpenAPI documents tell them, to src/api/generated.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';

const APPS = join(dirname(fileURLToPath(import.meta.url)), '../..');
const GENERATED = join(APPS, 'console/src/api/generated');
const SERVICES = ['customer-service', 'sentiment-monitor', 'recommender', 'trainer'];

await mkdir(GENERATED, { recursive: true });
await Promise.all(
  SERVICES.map(async (service) => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(APPS, service, 'bin', `${service}.js`), '--openapi'], {
      maxBuffer: 2 ** 26,
    });
    // Who sends a body may leave out what has a default; answers have all that they must.
    await writeFile(join(GENERATED, `${service}.ts`), astToString(await openapiTS(JSON.parse(stdout), { defaultNonNullable: false })));
  }),
);
