import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The way from a browser to a server on loopback, which can be broken in the middle and mended. */
export interface Relay {
  readonly url: string;
  /** Ends all connections, and refuses others until it is mended. */
  cut(): void;
  mend(): void;
  /** Loses what the server says from now on, until it is cut. What the browser says goes through. */
  loseAnswers(): void;
  /** Lets through no more than so many further bytes of what the browser says; undefined: everything. */
  allow(bytes: number | undefined): void;
  /** All that came from the server, as text. */
  received(): string;
  close(): Promise<void>;
}

interface Link {
  readonly browser: Socket;
  readonly server: Socket;
}

/** Opens one. @param target address of the server, `http://host:port` */
export async function openRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const links = new Set<Link>();
  let received = '';
  let isCut = false;
  let losesAnswers = false;
  let allowed = Infinity;
  const end = ({ browser, server }: Link): void => {
    browser.destroy();
    server.destroy();
  };
  const listener = createServer((browser) => {
    if (isCut) {
      browser.destroy();
      return;
    }
    const server = connect(Number(port), hostname);
    const link: Link = { browser, server };
    links.add(link);
    browser.on('error', () => undefined);
    browser.on('close', () => {
      links.delete(link);
      server.destroy();
    });
    // What the server said before it ended is still on its way.
    server.on('end', () => browser.end());
    server.on('error', () => browser.destroy());
    server.on('data', (chunk) => {
      if (losesAnswers) return;
      received += chunk.toString('latin1');
      browser.write(chunk);
    });
    browser.on('data', (chunk) => {
      allowed -= chunk.length;
      server.write(chunk);
      if (allowed <= 0) browser.pause();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}`,
    cut() {
      isCut = true;
      losesAnswers = false;
      for (const link of links) end(link);
    },
    mend() {
      isCut = false;
    },
    loseAnswers() {
      losesAnswers = true;
    },
    allow(bytes = Infinity) {
      allowed = bytes;
      for (const { browser } of links) browser.resume();
    },
    received: () => received,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const link of links) end(link);
      }),
  };
}
