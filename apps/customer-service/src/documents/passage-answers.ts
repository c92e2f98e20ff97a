import type { Citation } from '@attune/contracts';
import { composeExtract, passageContext, type FoundPassage } from '@attune/dialogue';
import { splitSentences } from '@attune/opinion';
import type { ExternalHit } from '../external-search/external-search';
import type { UsedModel } from '../model/dialogue-model';
import type { ReadyEncoder } from '../retrieval/encoder-registry';
import type { Query } from '../retrieval/retriever';
import type { PassageDirectory } from './passage-directory';
import type { PassageRetriever } from './passage-retriever';
import { RecentVectors } from './recent-vectors';

/** An answer in the words of others. */
export interface Quoted {
  readonly texts: readonly string[];
  readonly citations: readonly Citation[];
}

/** What is quoted of one passage or hit. */
interface Quotable {
  readonly citation: Citation;
  /** What it is about, in which its sentences are understood. */
  readonly context: string;
  readonly sentences: readonly string[];
}

/** Composes answers of passages and of hits of the external search. */
export class PassageAnswers {
  private readonly recent = new RecentVectors();

  constructor(
    private readonly directory: PassageDirectory,
    private readonly retriever: PassageRetriever,
  ) {}

  /** Passages that may answer, the likeliest first. */
  async find(query: Query, encoder: ReadyEncoder, at: number): Promise<FoundPassage[]> {
    const found = await this.retriever.find(query, encoder, at);
    return found.map(({ passage, probability }) => ({ id: String(passage.id), probability }));
  }

  /** Hits that may answer, the likeliest first: no more likely than the search service says, and than they look beside the question. */
  async judge(query: Query, hits: readonly ExternalHit[], model: UsedModel, encoder: ReadyEncoder, at: number): Promise<FoundPassage[]> {
    const texts = hits.map(({ title, text }) => `${title}\n${text}`);
    const embeddings = await this.recent.of(model, texts);
    const judged = this.retriever.judge(
      query,
      texts.map((text, place) => ({ text, embedding: embeddings[place] })),
      encoder,
      at,
    );
    return hits
      .map(({ url, score }, place) => ({ id: url, probability: Math.min(score, judged[place]) }))
      .sort((a, b) => b.probability - a.probability);
  }

  /** What the passages say about the question. */
  quotePassages(query: Query, found: readonly FoundPassage[], model: UsedModel, encoder: ReadyEncoder, at: number): Promise<Quoted> {
    const known = found.flatMap(({ id }) => this.directory.index.get(Number(id)) ?? []);
    // Documents in the order of their likeliest passage, and the passages of each as they stand in it.
    const documents = [...new Set(known.map(({ document }) => document.id))];
    const ordered = documents.flatMap((id) =>
      known.filter(({ document }) => document.id === id).sort((a, b) => a.passage.position - b.passage.position),
    );
    const quotables = ordered.map(({ document: { id, title, url }, passage: { headings, sentences } }) => ({
      citation: {
        kind: 'passage' as const,
        id,
        title,
        ...(headings.length === 0 ? {} : { heading: headings.join(' › ') }),
        ...(url === undefined ? {} : { url }),
      },
      context: passageContext(title, headings),
      sentences,
    }));
    return this.compose(query, quotables, model, encoder, at);
  }

  /** What the hits say about the question. */
  quoteHits(
    query: Query,
    found: readonly FoundPassage[],
    hits: readonly ExternalHit[],
    model: UsedModel,
    encoder: ReadyEncoder,
    at: number,
  ): Promise<Quoted> {
    const quotables = found.flatMap(({ id }) =>
      hits
        .filter(({ url }) => url === id)
        .slice(0, 1)
        .map(({ title, text, url }) => ({
          citation: { kind: 'external' as const, id: url, title, url },
          context: title,
          sentences: splitSentences(text).map(({ start, end }) => text.slice(start, end)),
        })),
    );
    return this.compose(query, quotables, model, encoder, at);
  }

  private async compose(
    query: Query,
    quotables: readonly Quotable[],
    model: UsedModel,
    encoder: ReadyEncoder,
    at: number,
  ): Promise<Quoted> {
    const texts = quotables.flatMap(({ context, sentences }) => sentences.map((sentence) => `${context}\n${sentence}`));
    const embeddings = await this.recent.of(model, texts);
    const probabilities = this.retriever.judge(
      query,
      texts.map((text, place) => ({ text, embedding: embeddings[place] })),
      encoder,
      at,
    );
    let place = 0;
    const extracts = composeExtract(
      quotables.map(({ sentences }) => sentences.map((text) => ({ text, probability: probabilities[place++] }))),
    );
    const cited = quotables.map(({ citation }, index) => ({ citation, text: extracts[index] })).filter(({ text }) => text !== '');
    return { texts: cited.map(({ text }) => text), citations: distinct(cited.map(({ citation }) => citation)) };
  }
}

/** Two passages under the same heading are cited once. */
function distinct(citations: readonly Citation[]): Citation[] {
  const byPlace = new Map(citations.map((citation) => [JSON.stringify([citation.kind, citation.id, citation.heading]), citation]));
  return [...byPlace.values()];
}
