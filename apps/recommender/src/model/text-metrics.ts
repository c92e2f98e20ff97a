import { Metrics } from '@attune/service-kit';
import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Rankings } from './rankings';

/** Whether the versions that serve search texts in memory, told at every scrape. */
@Injectable()
export class TextMetrics {
  constructor({ registry }: Metrics, rankings: Rankings) {
    new Gauge({
      name: 'attune_texts_in_memory',
      help: 'Of a version that serves: 1 when texts are searched in memory, 0 while the database searches among them',
      labelNames: ['version'] as const,
      registers: [registry],
      collect() {
        this.reset();
        for (const { version, holdsTexts } of rankings.following) this.set({ version }, Number(holdsTexts));
      },
    });
  }
}
