import type { IncomingMessage } from 'node:http';
import { AttuneError } from '@attune/artifact';
import { socketJoinSchema, socketSaySchema, type SocketEvent } from '@attune/contracts';
import { HttpProblem, Shutdown, SocketAccess } from '@attune/service-kit';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import type { WebSocket } from 'ws';
import type { z } from 'zod';
import { ConversationService } from '../conversations/conversation-service';
import { ConversationFeed, type Follower } from './conversation-feed';

/** A frame longer than this is refused by closing the socket. */
const MOST_BYTES = 131_072;
/** A socket that does not answer between two of these is gone: milliseconds. */
const PING_INTERVAL = 30_000;
/** Bytes that wait for a client that reads nothing, beyond which it is cut off; it joins again where it was. */
const MOST_WAITING = 1_000_000;
/** Conversations that one socket follows at most. */
const MOST_FOLLOWED = 100;
/** The subprotocol of this service; clients name it beside their key. */
const PROTOCOL = 'attune.v1';
/** Codes of RFC 6455: going away, and of applications: no key, not allowed, too slow. */
const GOING_AWAY = 1001;
const REFUSED = 4401;
const TOO_SLOW = 4408;

interface Connection {
  readonly following: Map<string, () => void>;
  isAlive: boolean;
  readonly pinging: NodeJS.Timeout;
}

/** Conversations over a WebSocket: messages as they are said, by whomever, and that a reply is on its way. */
@WebSocketGateway({
  path: '/v1/socket',
  maxPayload: MOST_BYTES,
  handleProtocols: (protocols: Set<string>) => (protocols.has(PROTOCOL) ? PROTOCOL : false),
})
export class ConversationGateway implements OnGatewayConnection, OnGatewayDisconnect {
  private readonly connections = new Map<WebSocket, Connection>();

  constructor(
    private readonly access: SocketAccess,
    private readonly conversations: ConversationService,
    private readonly feed: ConversationFeed,
    private readonly shutdown: Shutdown,
  ) {}

  handleConnection(socket: WebSocket, request: IncomingMessage): void {
    try {
      this.access.admit(request, 'write');
    } catch (error) {
      socket.close(REFUSED, error instanceof HttpProblem ? error.code : 'internal');
      return;
    }
    const connection: Connection = {
      following: new Map(),
      isAlive: true,
      pinging: setInterval(() => this.ping(socket), PING_INTERVAL).unref(),
    };
    this.connections.set(socket, connection);
    socket.on('pong', () => (connection.isAlive = true));
    const leave = (): void => socket.close(GOING_AWAY, 'shutting down');
    this.shutdown.stopping.addEventListener('abort', leave, { once: true });
    socket.once('close', () => this.shutdown.stopping.removeEventListener('abort', leave));
  }

  handleDisconnect(socket: WebSocket): void {
    const connection = this.connections.get(socket);
    if (connection === undefined) return;
    this.connections.delete(socket);
    clearInterval(connection.pinging);
    for (const leave of connection.following.values()) leave();
  }

  @SubscribeMessage('join')
  async join(@ConnectedSocket() socket: WebSocket, @MessageBody() body: unknown): Promise<void> {
    await this.answering(socket, undefined, async (connection) => {
      const { conversationId, after } = read(socketJoinSchema, body);
      if (connection.following.size >= MOST_FOLLOWED)
        throw new HttpProblem('conflict', { detail: 'This socket follows too many conversations.' });
      connection.following.get(conversationId)?.();
      send(socket, { event: 'joined', data: { conversationId } });
      const leave = await this.feed.follow(conversationId, after, followerOf(socket));
      if (this.connections.has(socket)) connection.following.set(conversationId, leave);
      else leave();
    });
  }

  @SubscribeMessage('say')
  async say(@ConnectedSocket() socket: WebSocket, @MessageBody() body: unknown): Promise<void> {
    const key = keyOf(body);
    await this.answering(socket, key, async () => {
      const { conversationId, text, key: idempotencyKey } = read(socketSaySchema, body);
      this.feed.announceTyping(conversationId);
      // The message and its reply come to whoever follows the conversation.
      await this.conversations.say(conversationId, text, idempotencyKey);
    });
  }

  private async answering(socket: WebSocket, key: string | undefined, work: (connection: Connection) => Promise<void>): Promise<void> {
    const connection = this.connections.get(socket);
    if (connection === undefined) return;
    try {
      await work(connection);
    } catch (error) {
      send(socket, { event: 'error', data: { ...toldOf(error), ...(key === undefined ? {} : { key }) } });
    }
  }

  private ping(socket: WebSocket): void {
    const connection = this.connections.get(socket);
    if (connection === undefined) return;
    if (!connection.isAlive) {
      socket.terminate();
      return;
    }
    connection.isAlive = false;
    socket.ping();
  }
}

function followerOf(socket: WebSocket): Follower {
  return {
    message: (data) => send(socket, { event: 'message', data }),
    typing: (conversationId) => send(socket, { event: 'typing', data: { conversationId } }),
  };
}

function send(socket: WebSocket, event: SocketEvent): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MOST_WAITING) socket.close(TOO_SLOW, 'too slow');
  else socket.send(JSON.stringify(event));
}

/** @throws HttpProblem `invalid-request` */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const detail = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new HttpProblem('invalid-request', { detail });
}

function keyOf(body: unknown): string | undefined {
  const key: unknown = typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
  return typeof key === 'string' ? key.slice(0, 200) : undefined;
}

/** What is meant for the outside; anything else says nothing of itself. */
function toldOf(error: unknown): { code: string; detail: string } {
  if (error instanceof HttpProblem) return { code: error.code, detail: error.message };
  if (error instanceof AttuneError && ['not-found', 'conflict', 'overloaded'].includes(error.code))
    return { code: error.code, detail: error.message };
  return { code: 'internal', detail: 'Something went wrong here. Send it again with the same key.' };
}
