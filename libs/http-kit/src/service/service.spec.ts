import { connect } from 'node:net';
import { Controller, Get, Module, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { startTestService } from '../../test/test-service';
import { ApiRoute, ClientSignal, currentContext, Metrics, Readiness, Shutdown, ZodBody } from '..';

/** Lets a test decide when a handler goes on. */
class Gate {
  private open: () => void = () => undefined;
  private enter: () => void = () => undefined;
  readonly entered = new Promise<void>((resolve) => (this.enter = resolve));
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
  async pass(): Promise<void> {
    this.enter();
    await this.opened;
  }
  release(): void {
    this.open();
  }
}

let gate = new Gate();
let aborted: Promise<unknown> = Promise.resolve();

@Controller('v1')
class WorkController {
  constructor(private readonly shutdown: Shutdown) {}

  @Get('slow')
  @ApiRoute({ summary: 'Waits', scope: 'read', responses: { 200: { description: 'Done', schema: z.object({ done: z.boolean() }) } } })
  async slow(): Promise<{ done: boolean }> {
    await gate.pass();
    return { done: true };
  }

  @Get('client')
  @ApiRoute({ summary: 'Waits for the client', scope: 'read', responses: { 200: { description: 'Done', schema: z.object({}) } } })
  async client(@ClientSignal() signal: AbortSignal): Promise<object> {
    aborted = new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
    await gate.pass();
    await aborted;
    throw signal.reason;
  }

  @Post('context')
  @ApiRoute({ summary: 'Says in what it runs', scope: 'write', responses: { 201: { description: 'The context', schema: z.object({}) } } })
  context(@ZodBody(z.object({ padding: z.string() })) _body: unknown): object {
    return { ...currentContext() };
  }

  @Get('wrong')
  @ApiRoute({
    summary: 'Breaks its promise',
    scope: 'read',
    responses: { 200: { description: 'A number', schema: z.object({ n: z.number() }) } },
  })
  wrong(): object {
    return { n: 'one' };
  }

  @Get('stream')
  @ApiRoute({
    summary: 'Never ends by itself',
    scope: 'read',
    responses: { 200: { description: 'Events', contentType: 'text/event-stream' } },
  })
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write(': hello\n\n');
    this.shutdown.stopping.addEventListener('abort', () => reply.raw.end());
  }

  @Post('lines')
  @ApiRoute({
    summary: 'Counts what is streamed',
    scope: 'write',
    streams: { 'application/x-ndjson': { description: 'Anything' } },
    responses: { 200: { description: 'Bytes', schema: z.object({ bytes: z.number() }) } },
  })
  async lines(@Req() request: FastifyRequest): Promise<{ bytes: number }> {
    let bytes = 0;
    for await (const chunk of request.body as AsyncIterable<Buffer>) bytes += chunk.length;
    return { bytes };
  }
}

@Module({ controllers: [WorkController] })
class WorkModule {}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('a service', () => {
  beforeEach(() => {
    gate = new Gate();
  });

  it('says what is not ready, and why', async () => {
    const service = await startTestService(WorkModule);
    const readiness = service.app.get(Readiness);
    readiness.add('model', () => undefined);
    readiness.add('database', () => Promise.reject(new Error('no answer from the database')));
    const answer = await fetch(`${service.url}/health/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not ready',
      checks: { model: { ready: true }, database: { ready: false, reason: 'no answer from the database' } },
    });
    readiness.remove('database');
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    await service.close();
  });

  it('gives requests an id and goes on with their trace, behind a body as well, in answers and in the log', async () => {
    const service = await startTestService(WorkModule);
    const body = JSON.stringify({ padding: 'x'.repeat(200_000) });
    const headers = { 'content-type': 'application/json', 'x-request-id': 'mine-1', traceparent: TRACEPARENT, tracestate: 'a=b' };
    const answer = await fetch(`${service.url}/v1/context`, { method: 'POST', body, headers });
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    expect(await answer.json()).toEqual({ requestId: 'mine-1', traceId: TRACE, traceparent: TRACEPARENT, tracestate: 'a=b' });
    expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'request', requestId: 'mine-1', traceId: TRACE, status: 201 }));
    const other = await fetch(`${service.url}/v1/slow`, {
      method: 'DELETE',
      headers: { 'x-request-id': 'two\tparts {"', traceparent: 'junk' },
    });
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    await service.close();
  });

  it('measures requests by the pattern of their route, and the event loop', async () => {
    const service = await startTestService(WorkModule);
    await fetch(`${service.url}/v1/wrong`);
    await fetch(`${service.url}/no/such/path/of-mine`);
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toContain('attune_http_request_duration_seconds_count{method="GET",route="/v1/wrong",status="500"} 1');
    expect(text).toContain('route="(none)",status="404"} 1');
    expect(text).not.toContain('of-mine');
    expect(text).toMatch(/attune_event_loop_delay_seconds\{quantile="0.99"\} \d/);
    expect(text).toMatch(/process_cpu_seconds_total \d/);
    await service.close();
  });

  it('keeps its metrics to keys where it is told to', async () => {
    const service = await startTestService(WorkModule, {
      environment: { ATTUNE_API_KEYS: `a:read:${'0'.repeat(64)}`, ATTUNE_METRICS_ACCESS: 'read' },
    });
    expect((await fetch(`${service.url}/metrics`)).status).toBe(401);
    await service.close();
  });

  it('holds its answers against its document while it is tested', async () => {
    const service = await startTestService(WorkModule);
    expect((await fetch(`${service.url}/v1/wrong`)).status).toBe(500);
    await service.close();
  });

  it('tells a handler that its client has gone, and counts that apart', async () => {
    const service = await startTestService(WorkModule);
    const client = new AbortController();
    const call = fetch(`${service.url}/v1/client`, { signal: client.signal }).catch((error: unknown) => error);
    await gate.entered;
    gate.release();
    client.abort();
    await call;
    expect(await aborted).toMatchObject({ name: 'ClientGoneError' });
    await service.close();
    expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'request', route: '/v1/client', status: 499 }));
    expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('reads bodies of streamed media types beyond the limit of a body, on the routes that take them alone', async () => {
    const service = await startTestService(WorkModule, {
      environment: { ATTUNE_BODY_LIMIT: '1024' },
      streamedMediaTypes: ['application/x-ndjson'],
    });
    const headers = { 'content-type': 'application/x-ndjson' };
    const answer = await fetch(`${service.url}/v1/lines`, { method: 'POST', headers, body: 'x\n'.repeat(50_000) });
    expect(await answer.json()).toEqual({ bytes: 100_000 });
    const send = (path: string, init: RequestInit) => fetch(`${service.url}${path}`, { method: 'POST', ...init });
    const json = { body: '{"padding":""}', headers: { 'content-type': 'application/json' } };
    expect((await send('/v1/lines', json)).status).toBe(415);
    expect((await send('/v1/lines', {})).status).toBe(415);
    expect((await send('/v1/context', { headers, body: '{"padding":""}\n' })).status).toBe(415);
    expect((await send('/v1/context', { ...json, headers: { 'content-type': 'Application/JSON; charset=utf-8' } })).status).toBe(201);
    await service.close();
  });

  it('refuses a port that is taken, and leaves nothing open', async () => {
    const first = await startTestService(WorkModule);
    const { port } = new URL(first.url);
    await expect(startTestService(WorkModule, { environment: { ATTUNE_PORT: port } })).rejects.toMatchObject({ code: 'bad-config' });
    await first.close();
  });
});

describe('a shutdown', () => {
  beforeEach(() => {
    gate = new Gate();
  });

  it('fails readiness first, then runs its phases in order, while requests in hand are answered', async () => {
    const service = await startTestService(WorkModule, { environment: { ATTUNE_DRAIN_SECONDS: '0.2' } });
    const shutdown = service.app.get(Shutdown);
    const order: string[] = [];
    shutdown.add('storage', 'database', () => void order.push('database'));
    shutdown.add('outbox', 'outbox', () => void order.push('outbox'));
    shutdown.add('work', 'batches', () => void order.push('work'));
    shutdown.add('intake', 'consumers', async () => {
      order.push('intake');
      // The server still answers here: readiness has failed, and the slow request is let go.
      order.push(`ready ${String((await fetch(`${service.url}/health/ready`)).status)}`);
      gate.release();
    });
    const slow = fetch(`${service.url}/v1/slow`);
    await gate.entered;
    const closed = service.close('test');
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
    expect(await (await slow).json()).toEqual({ done: true });
    expect((await closed).failed).toEqual([]);
    expect(order).toEqual(['intake', 'ready 503', 'work', 'outbox', 'database']);
    await expect(fetch(`${service.url}/health/live`)).rejects.toThrow('fetch failed');
  });

  it('ends at its deadline, and says what was not done; what comes after is closed all the same', async () => {
    const service = await startTestService(WorkModule, { environment: { ATTUNE_SHUTDOWN_SECONDS: '0.1' } });
    const shutdown = service.app.get(Shutdown);
    let closed = false;
    shutdown.add('work', 'stuck', () => new Promise<void>(() => undefined));
    shutdown.add('storage', 'database', () => {
      closed = true;
    });
    const hanging = fetch(`${service.url}/v1/slow`).catch((error: unknown) => error);
    await gate.entered;
    const { failed } = await service.close();
    expect(failed).toContainEqual(expect.objectContaining({ phase: 'work', step: 'stuck' }));
    expect(closed).toBe(true);
    expect(await hanging).toMatchObject({ message: 'fetch failed' });
    gate.release();
  });

  it('goes on past a step that throws', async () => {
    const service = await startTestService(WorkModule);
    const shutdown = service.app.get(Shutdown);
    let closed = false;
    shutdown.add('outbox', 'outbox', () => {
      throw new Error('the broker is away');
    });
    shutdown.add('storage', 'database', () => {
      closed = true;
    });
    const { failed } = await service.close();
    expect(failed.map(({ step }) => step)).toEqual(['outbox']);
    expect(closed).toBe(true);
  });

  it('ends endless answers and idle connections, so that nothing holds it', async () => {
    const service = await startTestService(WorkModule);
    const { port } = new URL(service.url);
    const idle = connect(Number(port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const ended = new Promise((resolve) => idle.once('close', resolve));
    const stream = await fetch(`${service.url}/v1/stream`);
    const { failed } = await service.close();
    expect(failed).toEqual([]);
    expect(await stream.text()).toBe(': hello\n\n');
    idle.destroy();
    await ended;
  });

  it('runs once, whoever asks', async () => {
    const service = await startTestService(WorkModule);
    let times = 0;
    service.app.get(Shutdown).add('work', 'count', () => void (times += 1));
    const [one, two] = await Promise.all([service.close('one'), service.close('two')]);
    expect(one).toBe(two);
    expect(times).toBe(1);
    expect(service.app.get(Metrics)).toBeDefined();
  });
});
