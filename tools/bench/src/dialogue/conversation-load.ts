import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { seededRandom } from '@attune/opinion';
import { z } from 'zod';

/** What a stretch of load came to; milliseconds. */
export interface ConversationLoad {
  readonly repliesPerSecond: number;
  readonly latencies: readonly number[];
  /** Replies by their action; `none` where there was none, `failed` where the service answered with an error. */
  readonly actions: Readonly<Record<string, number>>;
  /** Ids of the conversations that were begun. */
  readonly conversations: readonly string[];
  /** Messages that were sent a second time, and those of them that got another answer than the first time. */
  readonly repeated: number;
  readonly contradicted: number;
}

export interface ConversationLoadOptions {
  /** Instances of the service, which take the messages in turns, whatever conversation they are of. */
  readonly urls: readonly string[];
  /** Conversations in flight, each with one message at a time. */
  readonly conversations: number;
  readonly seconds: number;
  /** Messages a second, on average, of all conversations together; without it each message follows the reply before it at once. */
  readonly rate?: number;
  /** What customers ask, in turns. */
  readonly questions: readonly string[];
  /** Of so many messages one is sent again with its key, to the next instance, as by somebody whose connection broke; without it none. */
  readonly repeatEvery?: number;
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
  urls,
  conversations,
  seconds,
  rate,
  questions,
  repeatEvery,
}: ConversationLoadOptions): Promise<ConversationLoad> {
  const agent = new Agent({ keepAlive: true, maxSockets: conversations });
  const latencies: number[] = [];
  const actions: Record<string, number> = {};
  const begun: string[] = [];
  let [asked, next, repeated, contradicted] = [0, 0, 0, 0];
  const post = (path: string, body: object, key?: string) => postJson(agent, urls[next++ % urls.length] + path, body, key);
  const startedAt = performance.now();
  const endsAt = startedAt + 1_000 * seconds;
  const arrivals = rate === undefined ? undefined : arrivalTimes(startedAt, rate);
  /** Waits for the time of the next message. @returns when it was due; undefined where none is due before the end */
  const nextDue = async (): Promise<number | undefined> => {
    if (arrivals === undefined) return performance.now();
    const due = arrivals();
    if (due >= endsAt) return undefined;
    const early = due - performance.now();
    if (early > 0) await pause(early);
    return due;
  };
  /** @returns the action of the reply */
  const ask = async (conversation: string, due: number): Promise<string> => {
    const number = asked++;
    const isRepeated = repeatEvery !== undefined && number % repeatEvery === 0;
    const send = () =>
      post(
        `/v1/conversations/${conversation}/messages`,
        { text: questions[number % questions.length] },
        isRepeated ? `message-${number}` : undefined,
      );
    const { status, body } = await send();
    latencies.push(performance.now() - due);
    if (isRepeated) {
      repeated += 1;
      if (!isDeepStrictEqual((await send()).body, body)) contradicted += 1;
    }
    return status === 200 ? (repliedSchema.parse(body).reply?.action ?? 'none') : 'failed';
  };
  const converse = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const { id } = begunSchema.parse((await post('/v1/conversations', { locale: 'en' })).body);
      begun.push(id);
      for (let turn = 0; turn < TURNS && performance.now() < endsAt; turn++) {
        const due = await nextDue();
        if (due === undefined) return;
        const action = await ask(id, due);
        actions[action] = (actions[action] ?? 0) + 1;
        // From here on a person would answer.
        if (action === 'handoff') break;
      }
    }
  };
  await Promise.all(Array.from({ length: conversations }, converse));
  const elapsed = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  return { repliesPerSecond: latencies.length / elapsed, latencies, actions, conversations: begun, repeated, contradicted };
}

/** Times at which messages come due, one after the other: independent of each other, so many a second on average, always the same. */
export function arrivalTimes(start: number, rate: number, random = seededRandom(SEED)): () => number {
  let due = start;
  return () => (due -= (1_000 * Math.log(1 - random())) / rate);
}

/** Posts by Node's own client: `fetch` would take a good part of the processors that are measured. */
export function postJson(agent: Agent, url: string, body: object, idempotencyKey?: string): Promise<{ status: number; body: unknown }> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
      },
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
