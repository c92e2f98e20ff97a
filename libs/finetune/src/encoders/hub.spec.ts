import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encoderFixture } from '@attune/testing';
import { hubSnapshot, type DownloadProgress } from './hub';

const COMMIT = 'a'.repeat(40);

/** A mirror with one repository, which answers as the hub does. */
class Mirror {
  readonly requests: string[] = [];
  files = new Map<string, Buffer>();
  /** Path whose bytes break off halfway. */
  breaksOff: string | undefined;
  /** Path whose bytes are not those of its checksum. */
  corrupts: string | undefined;
  private server: Server | undefined;

  async listen(): Promise<string> {
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://mirror');
      this.requests.push(url.pathname);
      if (url.pathname === '/api/models/org/tiny/revision/main' || url.pathname === `/api/models/org/tiny/revision/${COMMIT}`) {
        const siblings = [...this.files.keys()].map((rfilename) => ({ rfilename }));
        response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ _id: '1', id: 'org/tiny', sha: COMMIT, siblings }));
        return;
      }
      const path = url.pathname.replace(`/org/tiny/resolve/${COMMIT}/`, '');
      const content = this.files.get(path);
      if (content === undefined) {
        response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":"Repository not found"}');
        return;
      }
      response.setHeader('ETag', `"${createHash('sha256').update(content).digest('hex')}"`);
      if (request.headers.range !== undefined) {
        response.writeHead(206, { 'Content-Range': `bytes 0-0/${content.length}` }).end(content.subarray(0, 1));
      } else if (path === this.breaksOff) {
        response.writeHead(200, { 'Content-Length': content.length });
        response.write(content.subarray(0, content.length / 2), () => response.destroy());
      } else {
        response.end(path === this.corrupts ? Buffer.alloc(content.length) : content);
      }
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    if (this.server?.listening) await new Promise((resolve) => this.server?.close(resolve));
  }
}

let mirror: Mirror;
let environment: Record<string, string>;
let cache: string;
beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'attune-hub-'));
  mirror = new Mirror();
  const { directory } = encoderFixture('bert');
  for (const file of ['config.json', 'model.safetensors']) mirror.files.set(file, readFileSync(join(directory, file)));
  for (const file of ['README.md', 'pytorch_model.bin', 'onnx/model.onnx', 'tokenizer.json', '1_Pooling/config.json']) {
    mirror.files.set(file, Buffer.from(`{"file":"${file}"}`));
  }
  environment = { HF_ENDPOINT: `${await mirror.listen()}/` };
});
afterEach(async () => {
  await mirror.close();
  rmSync(cache, { recursive: true });
});

describe('a hub id', () => {
  it('is downloaded from the mirror that HF_ENDPOINT names: what the encoder needs and nothing else', async () => {
    const directory = await hubSnapshot('org/tiny', cache, { environment });
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual(
      ['.complete', '1_Pooling', '1_Pooling/config.json', 'config.json', 'model.safetensors', 'tokenizer.json'].sort(),
    );
    for (const file of ['config.json', 'model.safetensors']) expect(readFileSync(join(directory, file))).toEqual(mirror.files.get(file));
  });

  it('needs no network the second time, and finds a commit by its hash', async () => {
    const directory = await hubSnapshot('org/tiny', cache, { environment });
    await mirror.close();
    await expect(hubSnapshot('org/tiny', cache, { environment })).resolves.toBe(directory);
    await expect(hubSnapshot(`org/tiny@${COMMIT}`, cache, { environment })).resolves.toBe(directory);
  });

  it('tells how far its download is', async () => {
    const progress: DownloadProgress[] = [];
    await hubSnapshot(`org/tiny@${COMMIT}`, cache, { environment, onDownload: (one) => progress.push(one) });
    const size = mirror.files.get('model.safetensors')?.length;
    expect(progress.at(-1)).toEqual({ file: 'model.safetensors', receivedBytes: size, totalBytes: size });
  });

  it('goes on where a broken download ended', async () => {
    mirror.breaksOff = 'model.safetensors';
    await expect(hubSnapshot('org/tiny', cache, { environment })).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('encoder "org/tiny": not in the cache, and it could not be fetched from http://127.0.0.1'),
    });
    const snapshot = join(cache, 'models--org--tiny', 'snapshots', COMMIT);
    expect(readdirSync(snapshot).sort()).toEqual(['1_Pooling', 'config.json', 'tokenizer.json']);
    mirror.breaksOff = undefined;
    mirror.requests.length = 0;
    await hubSnapshot('org/tiny', cache, { environment });
    expect(mirror.requests.filter((path) => path.includes('/resolve/')).every((path) => path.endsWith('model.safetensors'))).toBe(true);
  });

  it('is not believed where the bytes do not have their checksum', async () => {
    mirror.corrupts = 'model.safetensors';
    await expect(hubSnapshot('org/tiny', cache, { environment })).rejects.toThrow('the checksum of');
    expect(existsSync(join(cache, 'models--org--tiny', 'snapshots', COMMIT, 'model.safetensors'))).toBe(false);
  });

  it('of an unsupported architecture is refused before its weights are fetched', async () => {
    mirror.files.set('config.json', Buffer.from('{"model_type":"deberta-v2"}'));
    await expect(hubSnapshot('org/tiny', cache, { environment })).rejects.toMatchObject({
      code: 'unsupported-encoder',
      message: expect.stringContaining('the architecture "deberta-v2" is not supported'),
    });
    expect(mirror.requests.some((path) => path.endsWith('model.safetensors'))).toBe(false);
  });

  it('without safetensors weights is refused', async () => {
    mirror.files.delete('model.safetensors');
    await expect(hubSnapshot('org/tiny', cache, { environment })).rejects.toThrow('the repository has no safetensors weights');
  });

  it('that the hub does not have is told apart from a hub that cannot be reached', async () => {
    await expect(hubSnapshot('org/other', cache, { environment })).rejects.toMatchObject({
      message: expect.stringContaining('has no such model, or it is not public (status 404)'),
    });
    await mirror.close();
    await expect(hubSnapshot('org/other', cache, { environment })).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
      remedy: expect.stringContaining('HF_ENDPOINT'),
    });
  });
});
