import { Metrics } from '@attune/service-kit';
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { ScoringOutcome } from './scoring-service';

/** What became of the documents that came in. */
@Injectable()
export class ScoringMetrics {
  private readonly documents: Counter<'outcome'>;
  private readonly pairs: Counter;

  constructor({ registry }: Metrics) {
    this.documents = new Counter({
      name: 'attune_documents_total',
      help: 'Documents of market.documents by what became of them',
      labelNames: ['outcome'],
      registers: [registry],
    });
    this.pairs = new Counter({
      name: 'attune_document_sentiments_total',
      help: 'Sentiments about a watch that were published',
      registers: [registry],
    });
  }

  count({ scored, pairs, duplicates, refused }: ScoringOutcome): void {
    this.documents.inc({ outcome: 'scored' }, scored);
    this.documents.inc({ outcome: 'duplicate' }, duplicates);
    this.documents.inc({ outcome: 'refused' }, refused);
    this.pairs.inc(pairs);
  }
}
