import { z } from 'zod';

/** One environment variable of a process: what it is called, what it may hold, and whether it may be shown. */
export interface Variable<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** Reads the text of the variable; an absent or empty one reads as undefined. Its `describe()` goes into the table of variables. */
  readonly schema: Schema;
  /** Its value never appears in messages and logs. */
  readonly secret: boolean;
}

/** The variables of a configuration by the names they have in code. */
export type Variables = Readonly<Record<string, Variable>>;

/** What the variables are read as. */
export type VariableValues<Shape extends Variables> = { readonly [Key in keyof Shape]: z.output<Shape[Key]['schema']> };

/** Declares the environment variable `name`; `schema` must accept undefined (an optional or a default) unless it is required. */
export function variable<Schema extends z.ZodType>(name: string, schema: Schema, options: { secret?: boolean } = {}): Variable<Schema> {
  return { name, schema, secret: options.secret ?? false };
}

/** Reads `true`, `1`, `yes`, `on` and their opposites. */
export function booleanText(fallback: boolean) {
  return z
    .stringbool({ error: 'must be true or false' })
    .optional()
    .transform((value) => value ?? fallback);
}

/** Reads a whole number within bounds, both inclusive. */
export function wholeNumber(minimum: number, maximum: number) {
  const range = `must be a whole number from ${String(minimum)} to ${String(maximum)}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, range)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, range);
}

/** Reads a number within bounds, both inclusive. */
export function decimalNumber(minimum: number, maximum: number) {
  const range = `must be a number from ${String(minimum)} to ${String(maximum)}`;
  return z
    .string()
    .regex(/^\d{1,15}(\.\d{1,15})?$/, range)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, range);
}

/** Reads a list separated by commas; blanks around its items are dropped. */
export function commaSeparated() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
}
