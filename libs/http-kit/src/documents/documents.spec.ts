import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { AttuneError } from '@attune/errors';
import { MAX_DOCUMENT_CHARACTERS, TOPICS, watchInputSchema, watchSchema, pageQuerySchema, pageSchema } from '@attune/contracts';
import { z } from 'zod';
import { startTestService } from '../../test/test-service';
import { ApiRoute, asyncApiDocument, ZodBody, ZodPath, ZodQuery, type Service } from '..';

const example = { name: 'Acme', target: { kind: 'entity', names: ['Acme'] } };
const idPath = z.object({ id: z.string().max(200).describe('Id of the watch') });

@Controller('v1/watches')
class WatchesController {
  @Post()
  @ApiRoute({
    summary: 'Adds a watch',
    scope: 'write',
    responses: { 201: { description: 'The watch', schema: watchSchema } },
    problems: ['conflict'],
    examples: { company: example },
  })
  create(@ZodBody(watchInputSchema) body: z.output<typeof watchInputSchema>): z.output<typeof watchSchema> {
    const now = '2026-03-01T09:30:00Z';
    return { ...body, id: 'w1', createdAt: now, updatedAt: now };
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One watch',
    scope: 'read',
    responses: { 200: { description: 'The watch', schema: watchSchema } },
    problems: ['not-found'],
  })
  one(@ZodPath(idPath) _path: unknown): never {
    throw new AttuneError('not-found', 'There is no such watch.');
  }

  @Get()
  @ApiRoute({ summary: 'Lists watches', scope: 'read', responses: { 200: { description: 'A page', schema: pageSchema(watchSchema) } } })
  list(@ZodQuery(pageQuerySchema) _query: unknown): { items: unknown[] } {
    return { items: [] };
  }
}

@Module({ controllers: [WatchesController] })
class WatchesModule {}

const event = {
  specversion: '1.0',
  id: 'e1',
  source: '/v1/documents',
  type: 'attune.market.document',
  time: '2026-03-01T09:30:00Z',
  data: { id: 'wire:1', source: 'wire', publishedAt: '2026-03-01T09:30:00Z', text: 'Orders fell again.' },
};
const topics = [
  { topic: TOPICS.marketDocuments, action: 'both' as const, examples: [event] },
  { topic: TOPICS.marketTrends, action: 'send' as const },
];

/** Both validators are ES modules or bring their own globals, so they run in a Node of their own. */
async function outsideOfJest(script: string, document: unknown): Promise<unknown> {
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  running.child.stdin?.end(JSON.stringify(document));
  return JSON.parse((await running).stdout) as unknown;
}
const READ = "let text = ''; for await (const chunk of process.stdin) text += chunk;";

describe('the documents of a service', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startTestService(WatchesModule, {
      documents: {
        title: 'Watches & <more>',
        description: 'For tests',
        schemas: { Watch: watchSchema, WatchInput: watchInputSchema },
        topics,
      },
    });
  });
  afterAll(() => service.close());

  it('are a valid OpenAPI 3.1 document', async () => {
    const document: unknown = await (await fetch(`${service.url}/openapi.json`)).json();
    const script = `import { Validator } from '@seriousme/openapi-schema-validator'; ${READ}
      const validator = new Validator(); const { valid, errors } = await validator.validate(JSON.parse(text));
      console.log(JSON.stringify({ valid, errors, version: validator.version }));`;
    expect(await outsideOfJest(script, document)).toEqual({ valid: true, version: '3.1' });
  });

  it('tell of every route what it takes, gives, needs, and may answer', () => {
    const { paths, components } = service.openApi();
    expect(paths['/v1/watches']?.['post']).toMatchObject({
      operationId: 'createWatches',
      security: [{ bearer: ['write'] }, { apiKey: ['write'] }],
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/WatchInput' }, examples: { company: { value: example } } } },
      },
      responses: {
        201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Watch' } } } },
        409: {},
        401: {},
        413: {},
      },
    });
    expect(paths['/v1/watches/{id}']?.['get']).toMatchObject({
      parameters: [{ name: 'id', in: 'path', required: true, description: 'Id of the watch', schema: { type: 'string', maxLength: 200 } }],
    });
    expect(paths['/v1/watches']?.['get']).toMatchObject({
      parameters: [
        { name: 'cursor', required: false },
        { name: 'limit', schema: { default: 50, maximum: 200 } },
      ],
    });
    expect(Object.keys(paths)).toContain('/health/ready');
    expect(components.schemas['Problem']).toMatchObject({ type: 'object' });
  });

  it('have examples that the service accepts', async () => {
    const { paths } = service.openApi();
    const body = paths['/v1/watches']?.['post'] as {
      requestBody: { content: Record<string, { examples: Record<string, { value: unknown }> }> };
    };
    const examples = Object.values(body.requestBody.content['application/json']?.examples ?? {});
    expect(examples).toHaveLength(1);
    for (const { value } of examples) {
      const init = { method: 'POST', body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
      expect((await fetch(`${service.url}/v1/watches`, init)).status).toBe(201);
    }
  });

  it('are shown by a page whose every part comes from the service, as its policy asks', async () => {
    const page = await fetch(`${service.url}/docs`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).toContain('Watches &amp; &lt;more>');
    expect(html).not.toMatch(/<script>|<style>| on\w+=|https?:\/\//);
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(parts).toHaveLength(4);
    for (const path of parts) expect((await fetch(service.url + path)).status).toBe(200);
    expect((await fetch(`${service.url}/docs/..%2Fpackage.json`)).status).toBe(404);
  });

  it('are a valid AsyncAPI 3.0 document with the topics of dead letters', async () => {
    const document = (await (await fetch(`${service.url}/asyncapi.json`)).json()) as { channels: Record<string, { address: string }> };
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual([
      'market.documents',
      'market.documents.dead-letters',
      'market.trends',
      'market.trends.dead-letters',
    ]);
    const script = `import { Parser } from '@asyncapi/parser'; ${READ}
      const { document, diagnostics } = await new Parser().parse(text);
      const faults = diagnostics.filter(({ severity }) => severity === 0).map(({ message, path }) => path.join('/') + ' ' + message);
      console.log(JSON.stringify({ version: document?.version(), faults }));`;
    expect(await outsideOfJest(script, document)).toEqual({ version: '3.0.0', faults: [] });
    expect(JSON.stringify(document)).toContain(`"maxLength":${String(MAX_DOCUMENT_CHARACTERS)}`);
  });

  it('are refused where an example contradicts its schema', () => {
    const wrong = { ...event, type: 'other' };
    expect(() =>
      asyncApiDocument([{ topic: TOPICS.marketDocuments, action: 'receive', examples: [wrong] }], {
        title: 't',
        version: '1',
        description: '',
      }),
    ).toThrow(/example of market.documents does not pass/);
  });
});
