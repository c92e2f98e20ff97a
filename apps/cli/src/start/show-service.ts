import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from '../environment';
import { withInterrupt } from '../interrupt';
import { messageColours, printMessage } from '../terminal';
import { MODELS, ROOT } from './places';
import { startService, type ServiceProcess } from './service-process';

/** Starts a service on its embedded defaults, in a folder of its own that is removed, and shows it at work until that ends or Ctrl-C. */
export async function showService(app: string, show: (service: ServiceProcess, signal: AbortSignal) => Promise<void>): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'attune-start-'));
  try {
    await withInterrupt(
      () => printMessage('\nStopping the service.'),
      async (signal) => {
        step('starting the service on its embedded database and events');
        const variables = { ...environment.withoutSettings, ATTUNE_MODELS: MODELS, ATTUNE_DATA: data };
        const service = await startService(join(ROOT, `apps/${app}/bin/${app}.js`), variables, signal);
        try {
          await show(service, signal);
        } finally {
          await service.stop();
        }
      },
    );
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** Says what is done next. */
export function step(what: string): void {
  printMessage(`${messageColours().dim('·')} ${what}`);
}
