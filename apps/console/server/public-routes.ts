import 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route needs no key: service-kit asks for one at every other. */
    public?: boolean;
  }
}
