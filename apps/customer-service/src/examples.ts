import type { SupportConversationEvent } from '@attune/contracts';

const CONVERSATION = '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e';

/** An event of each topic, for the AsyncAPI document. */
export function exampleEvents(): { turn: SupportConversationEvent } {
  return {
    turn: {
      specversion: '1.0',
      datacontenttype: 'application/json',
      id: '6f1b2c7e-1f0e-4c55-9a46-0a9d1f6f2b11.answered',
      source: '/customer-service',
      type: 'attune.support.conversation',
      subject: CONVERSATION,
      time: '2026-03-01T09:30:02.000Z',
      data: {
        conversationId: CONVERSATION,
        outcome: 'answered',
        at: '2026-03-01T09:30:02.000Z',
        messageId: 'c1a0f3a2-5d0e-4f43-8a55-6c1f6b7a3f10',
        intent: 'return_item',
        confidence: 0.97,
        citations: ['9d3c1b1e-7d0d-4a5e-b0a7-2b1d3f0f8a77'],
        modelVersion: '2026-02-20',
      },
    },
  };
}
