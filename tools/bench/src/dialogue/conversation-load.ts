import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '@attune/opinion';
import { z } from 'zod';

/** What a stretch of load came to; milliseconds. */
export interface ConversationLoad {
  readonly repliesPerSecond: number;
  readonly latencies: readonly number[];
  /** Replies by their action; `none` where there was none, `failed` where the service answered with an error. */
  readonly actions: Readonly<Record<string, number>>;
}

export interface ConversationLoadOptions {
  readonly url: string;
  /** Conversations in flight, each with one message at a time. */
  readonly conversations: number;
  readonly seconds: number;
  /** Messages a second, on average, of all conversations together; without it each message follows the reply before it at once. */
  readonly rate?: number;
  /** What customers ask, in turns. */
  readonly questions: readonly string[];
}

/** Messages of a conversation before another one is begun. */
const TURNS = 6;
const SEED = 17;
const repliedSchema = z.object({ reply: z.object({ action: z.string() }).nullable() });
const begunSchema = z.object({ id: z.string() });

/**
 * Holds conversations for some seconds, and measures until each message's whole reply. Nobody says anything before the reply has come.
 *
 * With a rate, messages come due at random, whatever the service does (a Poisson process), and the conversation that waits takes the next:
 * it is measured from when it was due, so that what a slow reply holds up counts as slow, too, and is not left out of the figures
 * (coordinated omission). Conversations are begun outside of what is measured.
 */
export async function holdConversations({
  url,
  conversations,
  seconds,
  rate,
  questions,
}: ConversationLoadOptions): Promise<ConversationLoad> {
  const agent = new Agent({ keepAlive: true, maxSockets: conversations });
  const latencies: number[] = [];
  const actions: Record<string, number> = {};
  let next = 0;
  const post = (path: string, body: object) => postJson(agent, url + path, body);
  const startedAt = performance.now();
  const endsAt = startedAt + 1_000 * seconds;
  const arrivals = rate === undefined ? undefined : arrivalTimes(startedAt, rate);
  /** Waits for the time of the next message. @returns when it was due */
  const nextDue = async (): Promise<number> => {
    if (arrivals === undefined) return performance.now();
    const due = arrivals();
    const early = due - performance.now();
    if (early > 0) await pause(early);
    return due;
  };
  const converse = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const { id } = begunSchema.parse((await post('/v1/conversations', { locale: 'en' })).body);
      for (let turn = 0; turn < TURNS && performance.now() < endsAt; turn++) {
        const due = await nextDue();
        const text = questions[next++ % questions.length];
        const { status, body } = await post(`/v1/conversations/${id}/messages`, { text });
        latencies.push(performance.now() - due);
        const action = status === 200 ? (repliedSchema.parse(body).reply?.action ?? 'none') : 'failed';
        actions[action] = (actions[action] ?? 0) + 1;
        // From here on a person would answer.
        if (action === 'handoff') break;
      }
    }
  };
  await Promise.all(Array.from({ length: conversations }, converse));
  const elapsed = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  return { repliesPerSecond: latencies.length / elapsed, latencies, actions };
}

/** Times at which messages come due, one after the other: independent of each other, so many a second on average, always the same. */
export function arrivalTimes(start: number, rate: number, random = seededRandom(SEED)): () => number {
  let due = start;
  return () => (due -= (1_000 * Math.log(1 - random())) / rate);
}

/** Posts by Node's own client: `fetch` would take a good part of the processors that are measured. */
export function postJson(agent: Agent, url: string, body: object): Promise<{ status: number; body: unknown }> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } },
      (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (answer += chunk));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }));
        response.once('error', reject);
      },
    );
    sent.once('error', reject).end(text);
  });
}
