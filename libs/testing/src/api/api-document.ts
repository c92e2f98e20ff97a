import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

/** A JSON Schema as it stands in an OpenAPI document. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

interface Content {
  readonly schema: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface ApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

/** An operation as the document tells it. */
export interface ApiOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly ApiParameter[];
  /** What its body may be, by media type. */
  readonly body: Readonly<Record<string, Content>>;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
  /** What a key must be allowed: any one of these; none where everybody may. */
  readonly scopes: readonly string[];
}

/** An answer to hold against the document. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

interface RawOperation {
  operationId: string;
  parameters?: ApiParameter[];
  requestBody?: { content: Record<string, Content> };
  responses: ApiOperation['responses'];
  security?: Record<string, string[]>[];
}

const ROOT = 'openapi';
const REFERENCE = '#/components/schemas/';

/** The OpenAPI document of a running service, for requests that follow it and answers that should. */
export class ApiDocument {
  readonly operations: readonly ApiOperation[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: false });
  private readonly validators = new Map<JsonSchema, ValidateFunction>();

  constructor(private readonly document: { paths: Record<string, Record<string, RawOperation>>; components: { schemas: JsonSchema } }) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(document, ROOT);
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, responses, security = [] }]) => ({
        operationId,
        method: method.toUpperCase(),
        path,
        parameters,
        body: requestBody?.content ?? {},
        responses,
        scopes: security.flatMap((requirement) => Object.values(requirement).flat()),
      })),
    );
  }

  /** @throws Error where the service does not give its document */
  static async fetch(url: string): Promise<ApiDocument> {
    const answer = await fetch(`${url}/openapi.json`);
    if (!answer.ok) throw new Error(`/openapi.json answers ${String(answer.status)}.`);
    return new ApiDocument((await answer.json()) as ConstructorParameters<typeof ApiDocument>[0]);
  }

  /** The schema that a reference names, or the schema itself where it is none. */
  resolve(schema: JsonSchema): JsonSchema {
    const { $ref } = schema;
    if (typeof $ref !== 'string') return schema;
    const target = this.document.components.schemas[$ref.slice(REFERENCE.length)];
    if (typeof target !== 'object' || target === null) throw new Error(`${$ref} leads nowhere.`);
    return this.resolve(target as JsonSchema);
  }

  /** What is wrong with an answer: a status, media type or body that the document does not tell; undefined where nothing is. */
  faultOf({ responses }: ApiOperation, { status, contentType, text }: ApiAnswer): string | undefined {
    const response = responses[status];
    if (response === undefined) return `status ${String(status)} is not documented`;
    if (response.content === undefined) return text === '' ? undefined : 'a body is not documented';
    const mediaType = contentType.split(';', 1)[0].trim();
    const content = response.content[mediaType];
    if (content === undefined) return `media type ${mediaType} is not documented for status ${String(status)}`;
    // Other media types than JSON tell of their parts.
    return mediaType.endsWith('json') && !mediaType.includes('ndjson') ? this.schemaFault(content.schema, text) : undefined;
  }

  private schemaFault(schema: JsonSchema, text: string): string | undefined {
    const validate = this.validators.get(schema) ?? this.compile(schema);
    this.validators.set(schema, validate);
    return validate(JSON.parse(text)) ? undefined : `the body is not as documented: ${this.ajv.errorsText(validate.errors)}`;
  }

  private compile(schema: JsonSchema): ValidateFunction {
    const { $ref } = schema;
    return this.ajv.compile(typeof $ref === 'string' ? { $ref: ROOT + $ref } : { ...schema });
  }
}
