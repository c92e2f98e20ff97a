/** The routes of a service by their patterns, to tell a wrong method from a wrong path. */
export class RouteTable {
  private readonly methods = new Map<string, { readonly segments: readonly string[]; readonly methods: Set<string> }>();

  /** Adds a route as Fastify declares it, such as `GET /v1/watches/:id`. */
  add(method: string | readonly string[], pattern: string): void {
    const route = this.methods.get(pattern) ?? { segments: pattern.split('/'), methods: new Set<string>() };
    for (const name of [method].flat()) route.methods.add(name);
    this.methods.set(pattern, route);
  }

  /** Methods that a path answers to, sorted; none where it is no path of the service. */
  methodsOf(path: string): string[] {
    const segments = path.split('/');
    const found = [...this.methods.values()].filter((route) => matches(route.segments, segments));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const tail = pattern.indexOf('*');
  if (tail === -1 ? pattern.length !== path.length : path.length < tail) return false;
  const fixed = tail === -1 ? pattern : pattern.slice(0, tail);
  return fixed.every((segment, index) => (segment.startsWith(':') ? path[index] !== '' : segment === path[index]));
}
