import type { Message } from './types';

/** What the service sends over its WebSocket. */
export type SocketEvent =
  | { readonly event: 'joined' | 'typing'; readonly data: { readonly conversationId: string } }
  | { readonly event: 'message'; readonly data: Message }
  | { readonly event: 'error'; readonly data: { readonly code: string; readonly detail: string; readonly key?: string } };

/** A conversation as it is shown: what was said, what was said here and is not confirmed, and whether a reply is on its way. */
export interface ConversationView {
  readonly messages: readonly Message[];
  readonly unconfirmed: readonly { readonly key: string; readonly text: string }[];
  readonly isTyping: boolean;
  readonly refusal: string | undefined;
}

export const EMPTY_VIEW: ConversationView = { messages: [], unconfirmed: [], isTyping: false, refusal: undefined };

/** Place of the last message that came, from 1; 0 where none did. */
export function lastSequence({ messages }: ConversationView): number {
  return messages.at(-1)?.sequence ?? 0;
}

/** The view after an event. A message that came before changes nothing, and they stand in their order, however they come. */
export function afterEvent(view: ConversationView, { event, data }: SocketEvent): ConversationView {
  switch (event) {
    case 'joined':
      return view;
    case 'typing':
      return { ...view, isTyping: true };
    case 'error':
      return {
        ...view,
        isTyping: false,
        refusal: data.detail,
        unconfirmed: data.key === undefined ? view.unconfirmed : view.unconfirmed.filter(({ key }) => key !== data.key),
      };
    case 'message':
      return afterMessage(view, data);
  }
}

function afterMessage(view: ConversationView, message: Message): ConversationView {
  if (view.messages.some(({ id }) => id === message.id)) return view;
  const messages = [...view.messages, message].sort((one, other) => one.sequence - other.sequence);
  const confirmed = message.author === 'customer' ? view.unconfirmed.findIndex(({ text }) => text === message.text) : -1;
  return {
    messages,
    unconfirmed: view.unconfirmed.filter((_, place) => place !== confirmed),
    isTyping: message.author === 'customer' ? view.isTyping : false,
    refusal: undefined,
  };
}

/** The view when something was said here. */
export function afterSaying(view: ConversationView, key: string, text: string): ConversationView {
  return { ...view, unconfirmed: [...view.unconfirmed, { key, text }], refusal: undefined };
}
