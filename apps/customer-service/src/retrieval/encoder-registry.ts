import { AttuneError } from '@attune/artifact';
import { DEFAULT_WEIGHTS, type RankingWeights } from '@attune/dialogue';
import type { Database } from '@attune/storage';
import type { UsedModel } from '../model/dialogue-model';
import type { KnownEncoder, VectorIndex } from './vector-index';

/** Texts that are embedded together. */
const BATCH = 256;

/** An encoder whose vectors can be searched. */
export interface ReadyEncoder extends KnownEncoder {
  readonly chance: number;
  readonly weights: RankingWeights;
}

/** The encoders that this process serves or has served, and the work that makes one ready: a vector for every text. */
export class EncoderRegistry {
  private readonly ready = new Map<string, ReadyEncoder>();

  constructor(
    private readonly database: Database,
    private readonly vectors: VectorIndex,
  ) {}

  /** @throws AttuneError `bad-model` where it was never prepared */
  get({ manifestSha256, version }: UsedModel): ReadyEncoder {
    const encoder = this.ready.get(manifestSha256);
    if (encoder !== undefined) return encoder;
    throw new AttuneError('bad-model', `Version ${version} serves without vectors of its own.`);
  }

  /** Gives every text a vector of a version before it serves, those written meanwhile included. */
  async prepare(model: UsedModel): Promise<void> {
    const [probe] = await model.embed(['?'], { bulk: true });
    const encoder = await this.vectors.encoder(model.manifestSha256, model.version, probe.length);
    await this.embedMissing(model, encoder);
    await this.vectors.build(encoder);
    await this.embedMissing(model, encoder);
    const statistics = encoder.statistics ?? { chance: 0 };
    await this.vectors.markReady(encoder.id, statistics);
    this.ready.set(model.manifestSha256, { ...encoder, chance: statistics.chance, weights: statistics.weights ?? DEFAULT_WEIGHTS });
  }

  /** Embeds what has no vector of an encoder, such as what an instance wrote that serves another one. */
  async embedMissing(model: UsedModel, encoder: KnownEncoder): Promise<void> {
    for (;;) {
      const texts = await this.vectors.missing(encoder.id, BATCH);
      if (texts.length === 0) return;
      const embeddings = await model.embed(
        texts.map(({ text }) => text),
        { bulk: true },
      );
      await this.database.transaction((tx) =>
        this.vectors.add(
          tx,
          encoder.id,
          texts.map(({ id }, index) => ({ textId: id, embedding: embeddings[index] })),
        ),
      );
    }
  }
}
