import { request } from 'node:http';
import { Controller, Get, HttpCode, Module, NotFoundException, Post } from '@nestjs/common';
import { AttuneError } from '@attune/errors';
import { problemSchema } from '@attune/contracts';
import { z } from 'zod';
import { startTestService } from '../../test/test-service';
import { HttpProblem, RequiresScope, ZodBody, ZodPath, ZodQuery, type Service } from '..';

const single = z.strictObject({ id: z.string().min(1), text: z.string().regex(/\S/, 'a text is needed') });
const batch = z.object({ documents: z.array(single).min(1).max(2) });

@Controller('v1')
class ThingsController {
  @Post('things')
  @HttpCode(202)
  @RequiresScope('write')
  add(@ZodBody(z.union([single, batch])) body: unknown): { taken: unknown } {
    return { taken: body };
  }

  @Get('things/:id')
  @RequiresScope('read')
  one(@ZodPath(z.object({ id: z.string().max(300) })) { id }: { id: string }): { id: string } {
    if (id === 'none') throw new NotFoundException('There is no thing "none".');
    return { id };
  }

  @Get('pages')
  @RequiresScope('read')
  pages(@ZodQuery(z.object({ limit: z.coerce.number().int().min(1).max(10).default(5) })) query: { limit: number }): { limit: number } {
    return query;
  }

  @Get('faults/:kind')
  @RequiresScope('read')
  fault(@ZodPath(z.object({ kind: z.string() })) { kind }: { kind: string }): never {
    if (kind === 'overloaded') throw Object.assign(new AttuneError('overloaded', 'The queue is full.'), { retryAfterSeconds: 7 });
    if (kind === 'conflict') throw new HttpProblem('conflict', { detail: 'It is there with other content.' });
    if (kind === 'away') throw new AttuneError('dependency-unavailable', 'connect ECONNREFUSED 10.1.2.3:5432');
    if (kind === 'zod') z.number().parse('inner');
    throw new Error('password=hunter2 at /srv/secret/path');
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('problems', () => {
  let service: Service & { lines: Record<string, unknown>[] };
  beforeAll(async () => {
    service = await startTestService(ThingsModule, { environment: { ATTUNE_BODY_LIMIT: '2000' } });
  });
  afterAll(() => service.close());

  async function problemAt(path: string, init?: RequestInit) {
    const answer = await fetch(service.url + path, init);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const text = await answer.text();
    const body = problemSchema.parse(JSON.parse(text));
    expect(body.status).toBe(answer.status);
    expect(body.requestId).toBe(answer.headers.get('x-request-id'));
    return { body, text, headers: answer.headers };
  }
  const post = (body: string, type = 'application/json') =>
    problemAt('/v1/things', { method: 'POST', body, headers: { 'content-type': type } });

  it('point at every fault of a body by JSON Pointers, in the alternative of a union that was meant', async () => {
    const { body } = await post(
      JSON.stringify({
        documents: [
          { id: 'a', text: 'x' },
          { id: '', text: ' ' },
        ],
      }),
    );
    expect(body).toMatchObject({ status: 400, code: 'invalid-request', type: 'urn:attune:problem:invalid-request' });
    expect(body.errors?.map(({ path }) => path)).toEqual(['/body/documents/1/id', '/body/documents/1/text']);
    const lone = await post(JSON.stringify({ id: 'a', text: ' ' }));
    expect(lone.body.errors).toEqual([{ path: '/body/text', message: 'a text is needed' }]);
  });

  it('are told of queries, and a query is converted and defaulted', async () => {
    expect(await (await fetch(`${service.url}/v1/pages?limit=3`)).json()).toEqual({ limit: 3 });
    expect(await (await fetch(`${service.url}/v1/pages`)).json()).toEqual({ limit: 5 });
    const { body } = await problemAt('/v1/pages?limit=many');
    expect(body).toMatchObject({ status: 400, errors: [{ path: '/query/limit' }] });
  });

  it.each([
    ['not JSON', '{"id":', 'application/json', 400, 'malformed-body'],
    ['an empty body', '', 'application/json', 400, 'malformed-body'],
    ['a key that changes prototypes', '{"__proto__":{"admin":true}}', 'application/json', 400, 'malformed-body'],
    ['more than the limit', JSON.stringify({ id: 'a', text: 'x'.repeat(3_000) }), 'application/json', 413, 'too-large'],
    ['a form', 'id=a', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['plain text, which browsers send across origins', '{"id":"a"}', 'text/plain', 415, 'unsupported-media-type'],
  ])('answer a body of %s', async (_fault, body, type, status, code) => {
    expect((await post(body, type)).body).toMatchObject({ status, code });
  });

  it('tell a wrong path from a wrong method, and name the right ones', async () => {
    expect((await problemAt('/v1/nothing')).body).toMatchObject({ status: 404, code: 'not-found' });
    const { body, headers } = await problemAt('/v1/things/7', { method: 'DELETE' });
    expect(body).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  it('answer an address that cannot be decoded', async () => {
    expect((await fetch(`${service.url}/v1/things/%zz`)).status).toBe(400);
    expect((await problemAt('/v1/things/none')).body).toMatchObject({ status: 404, detail: 'There is no thing "none".' });
  });

  it('take ids with encoded slashes as long as a document may have', async () => {
    const id = 'wire/2026:7'.padEnd(200, '/');
    expect(await (await fetch(`${service.url}/v1/things/${encodeURIComponent(id)}`)).json()).toEqual({ id });
  });

  it('say when to come back while the models are busy', async () => {
    const { body, headers } = await problemAt('/v1/faults/overloaded');
    expect(body).toMatchObject({ status: 429, code: 'overloaded' });
    expect(headers.get('retry-after')).toBe('7');
  });

  it('say what a handler said, where it said it for the outside', async () => {
    expect((await problemAt('/v1/faults/conflict')).body).toMatchObject({ status: 409, detail: 'It is there with other content.' });
  });

  it.each([
    ['error', 500, 'hunter2'],
    ['away', 503, '10.1.2.3'],
    ['zod', 500, 'expected number'],
  ])('leak nothing of an inner %s, and log it whole', async (kind, status, secret) => {
    const { body, text } = await problemAt(`/v1/faults/${kind}`);
    expect(body.status).toBe(status);
    expect(text).not.toContain(secret);
    const logged = service.lines.find((line) => line['requestId'] === body.requestId && 'err' in line);
    expect(JSON.stringify(logged)).toContain(secret);
  });

  it('answer what is not HTTP at all and live on', async () => {
    const { port } = new URL(service.url);
    await new Promise<void>((resolve) => {
      const broken = request({
        port,
        host: '127.0.0.1',
        path: '/v1/things',
        method: 'POST',
        headers: { 'content-length': '10', 'content-type': 'application/json' },
      });
      broken.on('error', () => resolve());
      broken.write('{');
      broken.flushHeaders();
      setImmediate(() => broken.destroy());
    });
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  });
});
