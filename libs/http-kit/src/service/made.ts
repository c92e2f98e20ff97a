import type { FactoryProvider, InjectionToken } from '@nestjs/common';

/**
 * A provider of a class that knows nothing of Nest: it is made of what is provided under tokens.
 *
 * @param tokens of its parameters, in their order
 */
export function made<Parameters extends unknown[], Instance>(
  type: new (...parameters: Parameters) => Instance,
  tokens: { readonly [Place in keyof Parameters]: InjectionToken },
): FactoryProvider<Instance> {
  return {
    provide: type,
    inject: [...(tokens as readonly InjectionToken[])],
    useFactory: (...parameters: unknown[]) => new type(...(parameters as Parameters)),
  };
}
