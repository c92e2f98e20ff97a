import type { BehaviourEvent, CatalogItemEvent } from '@attune/contracts';

/** An event of each topic, for the AsyncAPI document. */
export function exampleEvents(): { item: CatalogItemEvent; behaviour: BehaviourEvent } {
  const envelope = { specversion: '1.0', datacontenttype: 'application/json' } as const;
  return {
    item: {
      ...envelope,
      id: 'window-repair.2026-03-01T09:30:00Z',
      source: '/sources/editorial',
      type: 'attune.catalog.item',
      subject: 'window-repair',
      time: '2026-03-01T09:30:00.000Z',
      data: {
        id: 'window-repair',
        title: 'Repairing a wooden window',
        text: 'How to free a stuck sash, replace a rotten sill and make it keep out the draught.',
        category: 'home',
        attributes: { author: 'Ines Maddox', minutes: 7 },
        available: true,
        publishedAt: '2026-03-01T09:30:00.000Z',
      },
    },
    behaviour: {
      ...envelope,
      id: 'b2Vf0d3kq9',
      source: '/sources/website',
      type: 'attune.behaviour',
      subject: 'reader-12',
      time: '2026-03-01T09:31:00.000Z',
      data: { user: 'reader-12', item: 'window-repair', type: 'viewed', at: '2026-03-01T09:31:00.000Z' },
    },
  };
}
