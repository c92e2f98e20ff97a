import { currentTraceparent, Tracing } from '../src';

/** Records two spans, one within the other, and prints the traceparent inside. The exporter loads Node's modules in a way that jest cannot. */
async function main(): Promise<void> {
  const [endpoint, traceparent] = process.argv.slice(2);
  const tracing = await Tracing.open({ endpoint, service: 'test', version: '1' });
  const inner = await tracing.within({ name: 'outer', kind: 'server' }, { ...(traceparent === undefined ? {} : { traceparent }) }, () =>
    tracing.span({ name: 'inner' }, () => Promise.resolve(currentTraceparent())),
  );
  await tracing.close();
  process.stdout.write(inner ?? '');
}

void main();
