import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { currentTraceparent, runInContext, Tracing, workContext } from '..';

const ROOT = join(__dirname, '../../../..');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };

interface Exported {
  resourceSpans: { scopeSpans: { spans: { name: string; traceId: string; spanId: string; parentSpanId?: string }[] }[] }[];
}

describe('traces', () => {
  it('go to the collector, below the span of the caller, each span below the one that it is within', async () => {
    const bodies: Exported[] = [];
    const collector = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        if (request.url === '/v1/traces') bodies.push(JSON.parse(text) as Exported);
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    const arguments_ = ['-r', '@swc-node/register', join(__dirname, '../../test/traced-work.ts'), `http://127.0.0.1:${String(port)}/`];
    const options = { cwd: ROOT, env: { PATH: process.env['PATH'], SWC_NODE_PROJECT: join(ROOT, 'tsconfig.base.json') } };
    const { stdout: inner } = await promisify(execFile)(process.execPath, [...arguments_, PARENT.traceparent], options);
    collector.closeAllConnections();
    collector.close();
    const spans = bodies.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
    const named = Object.fromEntries(spans.map((span) => [span.name, span]));
    expect(named['outer']).toMatchObject({ traceId: TRACE, parentSpanId: '00f067aa0ba902b7' });
    expect(named['inner']).toMatchObject({ traceId: TRACE, parentSpanId: named['outer']?.spanId });
    expect(inner).toBe(`00-${TRACE}-${named['inner']?.spanId ?? ''}-01`);
  });

  it('go on without being recorded where no collector is named', async () => {
    const tracing = await Tracing.open({ endpoint: undefined, service: 'test', version: '1' });
    expect(tracing.recording).toBe(false);
    expect(await tracing.within({ name: 'outer' }, PARENT, () => Promise.resolve(currentTraceparent()))).toBe(PARENT.traceparent);
  });

  it.each([
    ['absent', undefined],
    ['malformed', 'junk'],
    ['of ids of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['of a forbidden version', PARENT.traceparent.replace('00-', 'ff-')],
  ])('begin anew where the traceparent is %s', (_fault, traceparent) => {
    const context = workContext({ traceparent });
    expect(context.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(context.traceId).not.toBe(TRACE);
    expect(runInContext(context, currentTraceparent)).toBe(context.traceparent);
    expect(currentTraceparent()).toBeUndefined();
  });
});
