import { once } from 'node:events';
import { createServer } from 'node:net';

/** @throws AttuneError `bad-config` naming the ports of this machine that are in use */
export async function assertPortsFree(ports: readonly number[]): Promise<void> {
  const used: number[] = [];
  for (const port of ports) if (!(await isFree(port))) used.push(port);
  if (used.length === 0) return;
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError(
    'bad-config',
    `${used.length === 1 ? 'Port' : 'Ports'} ${used.join(', ')} of this machine ${used.length === 1 ? 'is' : 'are'} in use.`,
    {
      remedy: 'Stop what listens there (perhaps another npm start), or name the first of other ports: npm start -- --port 4000',
    },
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' || (error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  } finally {
    server.close();
  }
}
