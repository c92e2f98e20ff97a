import { storableText, webAddress } from '@attune/contracts';
import { maskPersonalData } from '@attune/dialogue';
import type { IPolicy } from 'cockatiel';
import { z } from 'zod';
import { readRemoteJson, RemoteFailure } from '../remote/remote-answer';
import { remotePolicy, type RemoteLimits } from '../remote/remote-policy';

/** Bytes of an answer beyond which it is not read, hits that are asked for, and characters of a hit that are looked at. */
const MOST_BYTES = 1024 * 1024;
const MOST_HITS = 5;
const MOST_CHARACTERS = 4_000;

/** What is sent to the service. */
export interface ExternalQuery {
  /** Personal data in it is masked. */
  readonly query: string;
  /** Language of the customer. */
  readonly locale: string;
  readonly limit: number;
}

const text = storableText().transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim());
const hitSchema = z.object({
  title: text.pipe(z.string().min(1)).transform((value) => value.slice(0, 300)),
  text: text.pipe(z.string().regex(/[\p{L}\p{N}]/u)).transform((value) => value.slice(0, MOST_CHARACTERS)),
  url: webAddress(),
  score: z.number().min(0).max(1),
});
/** A hit: what it is called and says, where it can be read, and how sure the service is that it answers. */
export type ExternalHit = z.infer<typeof hitSchema>;
const answerSchema = z.object({ results: z.array(z.unknown()) });

/** Where the service is, and how it is asked. */
export interface ExternalSearchOptions extends RemoteLimits {
  readonly url: string;
  readonly token: string | undefined;
}

/**
 * A search service of the company, asked over HTTP: `POST` of `{query, locale, limit}`, answered with `{results: [{title, text, url,
 * score}]}`, the best first, `score` from 0 to 1.
 */
export class ExternalSearch {
  private readonly policy: IPolicy;

  constructor(
    private readonly options: ExternalSearchOptions | undefined,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.policy = remotePolicy(options ?? { timeoutMilliseconds: 0, retries: 0 });
  }

  /** Whether there is such a service. */
  get isConfigured(): boolean {
    return this.options !== undefined;
  }

  /** What the service finds; nothing where it fails, which is reported and never thrown. Hits that are none are left out. */
  async search(question: string, locale: string): Promise<ExternalHit[]> {
    const { options } = this;
    if (options === undefined) return [];
    const query = { query: maskPersonalData(question, locale), locale, limit: MOST_HITS };
    try {
      return await this.policy.execute(({ signal }) => request(options, query, signal));
    } catch (error) {
      this.onFailure(error);
      return [];
    }
  }
}

async function request({ url, token }: ExternalSearchOptions, query: ExternalQuery, signal: AbortSignal): Promise<ExternalHit[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(query),
    redirect: 'error',
    signal,
  });
  const read = answerSchema.safeParse(await readRemoteJson(response, MOST_BYTES));
  if (!read.success) throw new RemoteFailure('it answered with JSON that holds no results');
  const hits = read.data.results.slice(0, MOST_HITS).flatMap((result) => hitSchema.safeParse(result).data ?? []);
  if (hits.length === 0 && read.data.results.length > 0) throw new RemoteFailure('none of its results has a title, text, url and score');
  return hits;
}
