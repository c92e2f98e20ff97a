import { readFile } from 'node:fs/promises';
import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HttpProblem } from '../problems/http-problem';
import { Public } from '../security/required-scope';
import { SERVICE_DOCUMENTS } from '../service/service-options';

/** The documents of a service as JSON, made when they are first asked for. */
export interface DocumentSource {
  openApi(): unknown;
  asyncApi(): unknown;
  readonly title: string;
}

/** Files of Swagger UI, and how the browser is to take them. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** Apart from the page, so that the policy need not allow scripts inside of it. */
const INITIALIZER = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, tryItOutEnabled: true });\n`;

/** The page that shows the interface of the service, and the documents behind it. Nothing comes from elsewhere. */
@Controller()
export class DocumentsController {
  constructor(@Inject(SERVICE_DOCUMENTS) private readonly documents: DocumentSource) {}

  @Get('openapi.json')
  @Public()
  openApi(): unknown {
    return this.documents.openApi();
  }

  @Get('asyncapi.json')
  @Public()
  asyncApi(): unknown {
    const document = this.documents.asyncApi();
    if (document === undefined) throw new HttpProblem('not-found', { detail: 'The service has no topics.' });
    return document;
  }

  @Get('docs')
  @Public()
  async page(@Res() reply: FastifyReply): Promise<void> {
    await reply.type('text/html; charset=utf-8').send(pageOf(this.documents.title));
  }

  @Get('docs/:asset')
  @Public()
  async asset(@Param('asset') asset: string, @Res() reply: FastifyReply): Promise<void> {
    if (asset === 'initializer.js') return void (await reply.type('text/javascript; charset=utf-8').send(INITIALIZER));
    const type = Object.hasOwn(ASSETS, asset) ? ASSETS[asset] : undefined;
    if (type === undefined) throw new HttpProblem('not-found', { detail: 'The page has no such file.' });
    const content = await readFile(require.resolve(`swagger-ui-dist/${asset}`));
    await reply.type(type).header('cache-control', 'public, max-age=86400').send(content);
  }
}

function pageOf(title: string): string {
  const safe = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${safe}</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/initializer.js"></script>
  </body>
</html>
`;
}
