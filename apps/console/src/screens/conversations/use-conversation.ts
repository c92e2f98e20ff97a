import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../../api/keys';
import { newKey } from '../../api/new-key';
import { baseUrl } from '../../api/services';
import { afterEvent, afterSaying, EMPTY_VIEW, lastSequence, type ConversationView, type SocketEvent } from './conversation-messages';

/** The subprotocol of the service; the key travels beside it, since a browser cannot set headers of a WebSocket. */
const PROTOCOL = 'attune.v1';
/** The code by which the service closes a socket that shows no key. */
const REFUSED = 4401;
/** Milliseconds before a lost socket is opened again; doubled up to the longest. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

export type SocketState = 'connecting' | 'open' | 'lost' | 'refused';

export interface FollowedConversation extends ConversationView {
  readonly state: SocketState;
  /** Says something as the customer; what the socket cannot send now it sends when it is open again. */
  say(text: string): void;
}

interface Line {
  readonly id: string | undefined;
  readonly view: ConversationView;
}

/** Follows a conversation over a WebSocket, and takes it up where it broke off. */
export function useConversation(id: string | undefined): FollowedConversation {
  const key = useKeys()['customer-service'];
  const [state, setState] = useState<SocketState>('connecting');
  const [line, setLine] = useState<Line>({ id, view: EMPTY_VIEW });
  // Another conversation begins empty, without a rendering of the old one under the new name.
  if (line.id !== id) setLine({ id, view: EMPTY_VIEW });
  const latest = useRef(line.view);
  const socket = useRef<WebSocket>(undefined);
  useEffect(() => {
    latest.current = line.view;
  }, [line.view]);
  useEffect(() => {
    if (id === undefined) return;
    let wait = FIRST_WAIT;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const open = (): void => {
      setState('connecting');
      const opened = new WebSocket(socketUrl(), [PROTOCOL, ...(key === undefined ? [] : [`key.${key}`])]);
      socket.current = opened;
      opened.onopen = () => {
        wait = FIRST_WAIT;
        setState('open');
        send(opened, 'join', { conversationId: id, after: lastSequence(latest.current) });
        for (const { key: messageKey, text } of latest.current.unconfirmed)
          send(opened, 'say', { conversationId: id, text, key: messageKey });
      };
      opened.onmessage = ({ data }: MessageEvent<string>) => {
        const event = JSON.parse(data) as SocketEvent;
        setLine((before) => (before.id === id ? { id, view: afterEvent(before.view, event) } : before));
      };
      opened.onclose = ({ code }) => {
        if (left) return;
        if (code === REFUSED) return setState('refused');
        setState('lost');
        timer = setTimeout(open, wait);
        wait = Math.min(2 * wait, LONGEST_WAIT);
      };
    };
    open();
    return () => {
      left = true;
      clearTimeout(timer);
      socket.current?.close();
    };
  }, [id, key]);
  const say = (text: string): void => {
    if (id === undefined) return;
    const messageKey = newKey();
    // The socket may open before the next rendering.
    latest.current = afterSaying(latest.current, messageKey, text);
    setLine((before) => (before.id === id ? { id, view: afterSaying(before.view, messageKey, text) } : before));
    if (socket.current?.readyState === WebSocket.OPEN) send(socket.current, 'say', { conversationId: id, text, key: messageKey });
  };
  return { ...line.view, state, say };
}

function socketUrl(): string {
  const url = new URL(`${baseUrl('customer-service')}/v1/socket`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}

function send(socket: WebSocket, event: string, data: unknown): void {
  socket.send(JSON.stringify({ event, data }));
}
