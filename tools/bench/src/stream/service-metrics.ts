/** What the benchmark reads of `/metrics`. */
export interface ServiceMetrics {
  /** Processor time of the worker threads since the start, in seconds. */
  inferenceCpuSeconds: number;
  /** Documents by what became of them. */
  documents: { scored: number; duplicate: number; refused: number };
  pairs: number;
  /** Seconds by which the event loop came round late, since these metrics were read last. */
  eventLoopDelay: { p50: number; p99: number; longest: number };
}

/** Asks a service. The delays begin anew with each question. */
export async function readMetrics(url: string): Promise<ServiceMetrics> {
  const samples = parseSamples(await (await fetch(`${url}/metrics`)).text());
  const sum = (name: string, label = ''): number =>
    samples.filter((sample) => sample.name === name && sample.labels.includes(label)).reduce((total, { value }) => total + value, 0);
  const documents = (outcome: string): number => sum('attune_documents_total', `outcome="${outcome}"`);
  const delay = (quantile: string): number => sum('attune_event_loop_delay_seconds', `quantile="${quantile}"`);
  return {
    inferenceCpuSeconds: sum('attune_inference_cpu_seconds_total'),
    documents: { scored: documents('scored'), duplicate: documents('duplicate'), refused: documents('refused') },
    pairs: sum('attune_document_sentiments_total'),
    eventLoopDelay: { p50: delay('0.5'), p99: delay('0.99'), longest: delay('1') },
  };
}

/** Partitions of a topic that an instance consumes. */
export async function assignedPartitions(url: string, topic: string): Promise<number> {
  const samples = parseSamples(await (await fetch(`${url}/metrics`)).text());
  return samples.filter(({ name, labels }) => name === 'attune_consumer_lag' && labels.includes(`topic="${topic}"`)).length;
}

interface Sample {
  readonly name: string;
  /** As they are written. */
  readonly labels: string;
  readonly value: number;
}

/** Lines of Prometheus' text format that hold a value. */
function parseSamples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });
}
