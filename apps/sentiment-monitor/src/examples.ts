import type { AlertEvent, DocumentSentimentEvent, MarketDocumentEvent, TrendEvent } from '@attune/contracts';

const WATCH = '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e';
const WINDOW = { start: '2026-03-01T09:27:00.000Z', end: '2026-03-01T09:32:00.000Z' };

/** An event of each topic, for the AsyncAPI document. */
export function exampleEvents(): {
  document: MarketDocumentEvent;
  sentiment: DocumentSentimentEvent;
  trend: TrendEvent;
  alert: AlertEvent;
} {
  const envelope = { specversion: '1.0', datacontenttype: 'application/json' } as const;
  const title = 'Halden Freight withdraws its outlook';
  const publishedAt = '2026-03-01T09:30:00.000Z';
  return {
    document: {
      ...envelope,
      id: 'harbour-wire:4711#sY3m0bq2Qk7x1v9A',
      source: '/sources/Harbour%20Wire',
      type: 'attune.market.document',
      subject: 'harbour-wire:4711',
      time: publishedAt,
      data: {
        id: 'harbour-wire:4711',
        source: 'Harbour Wire',
        publishedAt,
        title,
        text: 'The carrier no longer expects to reach its targets and warns of a loss.',
        language: 'en',
      },
    },
    sentiment: {
      ...envelope,
      id: 'vT0gkq9mJ2cXb1m5Q8d3Yw',
      source: '/sentiment-monitor',
      type: 'attune.market.sentiment',
      subject: WATCH,
      time: '2026-03-01T09:30:02.000Z',
      data: {
        documentId: 'harbour-wire:4711',
        watchId: WATCH,
        source: 'Harbour Wire',
        title,
        publishedAt,
        receivedAt: '2026-03-01T09:30:02.000Z',
        label: 'negative',
        probabilities: { negative: 0.94, neutral: 0.05, positive: 0.01 },
        score: -0.93,
        sentences: 2,
        topics: ['guidance'],
        fingerprint: 'q0mB7w',
        modelVersion: '2026-02-20',
      },
    },
    trend: {
      ...envelope,
      id: `${WATCH}.1772357520000`,
      source: '/sentiment-monitor',
      type: 'attune.market.trend',
      subject: WATCH,
      time: WINDOW.end,
      data: {
        watchId: WATCH,
        ...WINDOW,
        documents: { negative: 9, neutral: 1, positive: 0 },
        stories: { negative: 7, neutral: 1, positive: 0 },
        meanScore: -0.71,
        closed: true,
      },
    },
    alert: {
      ...envelope,
      id: `${WATCH}:${WINDOW.start}.opened.high`,
      source: '/sentiment-monitor',
      type: 'attune.alert.sentiment',
      subject: WATCH,
      time: WINDOW.end,
      data: {
        id: `${WATCH}:${WINDOW.start}`,
        watchId: WATCH,
        watchName: 'Halden Freight',
        state: 'open',
        severity: 'high',
        change: 'opened',
        openedAt: WINDOW.start,
        window: WINDOW,
        observed: 7,
        expected: 0.2,
        probability: 0.000001,
        negativeShare: 0.88,
        volume: 8,
        documents: 9,
        reasons: ['7 negative stories in 5 minutes where 0.2 are expected at this hour'],
        stories: [{ documentId: 'harbour-wire:4711', title, source: 'Harbour Wire', publishedAt, tellings: 3, score: -0.93 }],
        modelVersion: '2026-02-20',
        detector: 'seasonal-counts',
      },
    },
  };
}
