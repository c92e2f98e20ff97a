import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentMediaType } from '@attune/contracts';
import { pdfFile } from './pdf-file';

const FOLDER = join(__dirname, 'conversations/documents');

/** A document of the suite, with the query of its upload. */
export interface SuiteDocument {
  readonly query: string;
  readonly mediaType: DocumentMediaType;
  readonly bytes: Buffer;
}

/** The documents of the suite. */
export function readDocuments(): SuiteDocument[] {
  const file = (name: string, mediaType: DocumentMediaType, query: string): SuiteDocument => ({
    query,
    mediaType,
    bytes: readFileSync(join(FOLDER, name)),
  });
  const manual = pdfFile({
    title: 'Charger manual',
    script: 'app.alert(1)',
    pages: [
      [
        { text: 'Blinking codes', size: 18, below: 0 },
        { text: 'E-9001 means that the battery is too cold. Let the charger warm up.', size: 11, below: 40 },
      ],
    ],
  });
  return [
    file('loyalty.md', 'text/markdown', 'locale=en&tags=loyalty&url=https://shop.example/loyalty'),
    file('gift.html', 'text/html', 'locale=en'),
    file('warranty.txt', 'text/plain', 'locale=en&title=Old%20terms'),
    file('newsletter-archive.md', 'text/markdown', 'locale=en&validUntil=2020-01-01T00:00:00Z'),
    file('points-zh.md', 'text/markdown', 'locale=zh'),
    { query: 'locale=en', mediaType: 'application/pdf', bytes: manual },
  ];
}
