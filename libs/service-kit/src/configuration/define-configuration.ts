import {
  defineConfiguration as defineHttpConfiguration,
  type ConfigurationDefinition,
  type ConfigurationRule,
  type Variables,
  type VariableValues,
} from '@attune/http-kit';
import { SERVICE_RULES, SERVICE_VARIABLES, type BaseConfiguration } from './base-configuration';

/**
 * Declares the configuration of a service: the variables all services share and its own.
 *
 * @param variables its own variables by the names they have in code
 * @param rules what must hold across variables
 */
export function defineConfiguration<Shape extends Variables>(
  variables: Shape,
  rules: readonly ConfigurationRule<BaseConfiguration & VariableValues<Shape>>[] = [],
): ConfigurationDefinition<BaseConfiguration & VariableValues<Shape>> {
  type Configuration = BaseConfiguration & VariableValues<Shape>;
  // The values of two sets of variables are those of both together, which the compiler does not see.
  const define = defineHttpConfiguration as unknown as (
    all: Variables,
    rules: readonly ConfigurationRule<Configuration>[],
  ) => ConfigurationDefinition<Configuration>;
  return define({ ...SERVICE_VARIABLES, ...variables }, [...SERVICE_RULES, ...rules]);
}
