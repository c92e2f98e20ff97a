import { Body, Param, Query, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { HttpProblem } from '../problems/http-problem';
import { validationFaults, type RequestPart } from '../problems/validation-faults';
import { rememberSchema } from './route-description';

class ZodPipe implements PipeTransform {
  constructor(
    private readonly part: RequestPart,
    private readonly schema: z.ZodType,
  ) {}

  async transform(value: unknown): Promise<unknown> {
    const read = await this.schema.safeParseAsync(value);
    if (read.success) return read.data;
    throw new HttpProblem('invalid-request', { errors: validationFaults(this.part, read.error.issues) });
  }
}

type NestDecorator = (pipe: PipeTransform) => ParameterDecorator;

function parameter(part: RequestPart, decorate: NestDecorator) {
  return (schema: z.ZodType): ParameterDecorator =>
    (controller, method, index) => {
      if (method !== undefined) rememberSchema(controller, method, part, schema);
      decorate(new ZodPipe(part, schema))(controller, method, index);
    };
}

/** The body of the request, read by a schema; what does not agree is answered with 400 and every fault. */
export const ZodBody = parameter('body', (pipe) => Body(pipe));

/** The query of the request, read by the schema of an object. */
export const ZodQuery = parameter('query', (pipe) => Query(pipe));

/** The parameters of the path, read by the schema of an object. */
export const ZodPath = parameter('path', (pipe) => Param(pipe));
