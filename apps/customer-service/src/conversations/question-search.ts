import type { Decision, Found } from '@attune/dialogue';
import type { PassageAnswers, Quoted } from '../documents/passage-answers';
import type { ExternalHit } from '../external-search/external-search';
import type { UsedModel } from '../model/dialogue-model';
import type { ReadyEncoder } from '../retrieval/encoder-registry';
import type { Query, Retriever } from '../retrieval/retriever';

/** With what, and when, it is looked for answers. */
export interface SearchContext {
  readonly model: UsedModel;
  readonly encoder: ReadyEncoder;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Looks for what answers a question: entries first, then passages of documents, then hits of the external search. */
export class QuestionSearch {
  constructor(
    private readonly retriever: Retriever,
    private readonly answers: PassageAnswers,
  ) {}

  /** Passages are looked at only where no entry answers. */
  async find(query: Query, { encoder, at }: SearchContext): Promise<Found> {
    const found = await this.retriever.find(query, encoder, at);
    const [best] = found.candidates;
    if (best !== undefined && best.probability >= encoder.ranking.thresholds.answer) return found;
    return { ...found, passages: await this.answers.find(query, encoder, at) };
  }

  /** What was found, with hits of the external search where passages were looked at. */
  async withHits(found: Found, query: Query, hits: readonly ExternalHit[], { model, encoder, at }: SearchContext): Promise<Found> {
    return found.passages === undefined ? found : { ...found, external: await this.answers.judge(query, hits, model, encoder, at) };
  }

  /** What the passages or hits of a decision say about a question. */
  quote(
    query: Query,
    { source, passages }: Extract<Decision, { kind: 'quote' }>,
    hits: readonly ExternalHit[],
    { model, encoder, at }: SearchContext,
  ): Promise<Quoted> {
    return source === 'documents'
      ? this.answers.quotePassages(query, passages, model, encoder, at)
      : this.answers.quoteHits(query, passages, hits, model, encoder, at);
  }
}
