import 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route needs no key: http-kit asks for one at every other. */
    public?: boolean;
  }
}
