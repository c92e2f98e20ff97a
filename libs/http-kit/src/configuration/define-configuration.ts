import { AttuneError } from '@attune/errors';
import { BASE_RULES, BASE_VARIABLES, type BaseVariables } from './base-configuration';
import { unknownVariables } from './unknown-variables';
import type { Variables, VariableValues } from './variable';

/** The environment of a process, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One thing that is wrong with an environment. */
export interface ConfigurationFault {
  readonly variable: string;
  readonly message: string;
}

/** A rule across variables: the faults it finds. It runs when every variable alone is right. */
export type ConfigurationRule<Values> = (values: Values) => Iterable<ConfigurationFault>;

/** A row of the table of variables. */
export interface VariableDescription {
  readonly name: string;
  readonly property: string;
  readonly description: string;
  readonly required: boolean;
  /** What holds without it, as text; undefined where nothing does. */
  readonly default: string | undefined;
  readonly secret: boolean;
}

/** The configuration of a server: what the environment may say, in one place. */
export interface ConfigurationDefinition<Configuration> {
  /** @throws {AttuneError} `bad-config` that lists every fault at once (exit status 2) */
  loadConfiguration(environment: Environment): Configuration;
  /** The table of variables, in the order of their declaration. */
  describeConfiguration(): VariableDescription[];
}

/** What a definition reads. */
export type ConfigurationOf<Definition> = Definition extends ConfigurationDefinition<infer Configuration> ? Configuration : never;

/** What every HTTP server is configured by. */
export type HttpConfiguration = VariableValues<BaseVariables>;

/**
 * Declares the configuration of an HTTP server: the variables all of them share and its own.
 *
 * @param variables its own variables by the names they have in code
 * @param rules what must hold across variables
 */
export function defineConfiguration<Shape extends Variables>(
  variables: Shape,
  rules: readonly ConfigurationRule<HttpConfiguration & VariableValues<Shape>>[] = [],
): ConfigurationDefinition<HttpConfiguration & VariableValues<Shape>> {
  const all: Variables = { ...BASE_VARIABLES, ...variables };
  return {
    loadConfiguration: (environment) => load<HttpConfiguration & VariableValues<Shape>>(all, [...BASE_RULES, ...rules], environment),
    describeConfiguration: () =>
      Object.entries(all).map(([property, { name, schema, secret }]) => describe(property, name, schema, secret)),
  };
}

function load<Values>(variables: Variables, rules: readonly ConfigurationRule<Values>[], environment: Environment): Values {
  const faults: ConfigurationFault[] = [
    ...unknownVariables(
      environment,
      Object.values(variables).map(({ name }) => name),
    ),
  ];
  const values: Record<string, unknown> = {};
  for (const [property, { name, schema }] of Object.entries(variables)) {
    // Compose files and manifests write an unset variable as an empty one.
    const text = environment[name]?.trim() === '' ? undefined : environment[name];
    const read = schema.safeParse(text);
    if (read.success) values[property] = read.data;
    else if (text === undefined) faults.push({ variable: name, message: 'is required' });
    else for (const { message } of read.error.issues) faults.push({ variable: name, message });
  }
  const read = values as Values;
  // A rule that sees values missing would report what the missing value already reports.
  if (Object.keys(values).length === Object.keys(variables).length) for (const rule of rules) faults.push(...rule(read));
  if (faults.length > 0) throw configurationError(faults);
  return Object.freeze(read);
}

function configurationError(faults: readonly ConfigurationFault[]): AttuneError {
  const lines = faults.map(({ variable, message }) => `\n  ${variable} ${message}`);
  return new AttuneError(
    'bad-config',
    `The environment has ${faults.length === 1 ? 'a fault' : `${String(faults.length)} faults`}:${lines.join('')}`,
    {
      remedy: 'Set, rename or remove these variables and start again.',
    },
  );
}

function describe(property: string, name: string, schema: Variables[string]['schema'], secret: boolean): VariableDescription {
  const absent = schema.safeParse(undefined);
  const fallback: unknown = absent.success ? absent.data : undefined;
  return {
    name,
    property,
    description: schema.description ?? '',
    required: !absent.success,
    default: fallback === undefined ? undefined : Array.isArray(fallback) ? fallback.join(',') : String(fallback),
    secret,
  };
}
