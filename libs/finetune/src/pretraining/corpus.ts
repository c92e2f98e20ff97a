import { createHash } from 'node:crypto';
import { AttuneError, type TextCleaning } from '@attune/artifact';
import type { PretrainingConfig } from '../config/pretraining-config';
import { Random } from '../random';
import { stopIfAborted } from '../training/interruption';
import { HeldOutTexts, placeOfText } from './held-out';
import { readRawTexts, type RawText } from './raw-texts';
import { shuffled } from './shuffle';
import type { TextRow, TextRows } from './text-rows';

export interface CorpusOptions {
  files: readonly string[];
  settings: Pick<PretrainingConfig, 'text' | 'validationShare' | 'validationTexts' | 'shuffleRows'>;
  cleaning: TextCleaning;
  seed: number;
  signal: AbortSignal;
}

/** What one reading of the files has found. */
export interface CorpusSurvey {
  /** SHA-256 over the files, in their order. */
  sha256: string;
  /** Texts that are trained on, their rows, and the tokens of these, special ones included. */
  texts: number;
  rows: number;
  tokens: number;
  /** How often each token stands in them. */
  counts: Float64Array;
  /** Texts with a place below it are set aside. */
  threshold: number;
  /** Rows of the texts that are set aside. */
  heldOut: TextRow[];
}

/** Raw texts in files, read as a stream each time: no more of them than the rows being shuffled is ever in memory. */
export class TextCorpus {
  constructor(private readonly options: CorpusOptions) {}

  /** All texts in their order, for what is learned of them before there are rows. */
  async *texts(): AsyncGenerator<RawText> {
    for (const file of this.options.files) yield* this.textsOf(file);
  }

  /**
   * Reads everything once: faults show before anything is learned, and the number of steps is known.
   *
   * @throws AttuneError as `readRawTexts` does; `bad-data` where there is no text to learn from, or none beside those set aside
   */
  async survey(rows: TextRows, vocabularySize: number): Promise<CorpusSurvey> {
    const { validationShare } = this.options.settings;
    const first = await this.surveyBelow(validationShare, rows, vocabularySize);
    // Of few texts maybe none lies below the share: then the one with the least place is set aside.
    const survey = first.heldOut.length > 0 ? first : await this.surveyBelow(first.least + Number.EPSILON, rows, vocabularySize);
    if (survey.rows > 0 && survey.heldOut.length > 0) return survey;
    const files = this.options.files.join(', ');
    throw new AttuneError(
      'bad-data',
      first.texts === 0 ? `There is no text to learn from in ${files}.` : `There are too few different texts in ${files}.`,
      { remedy: 'Some are learned from and some are set aside: give more text.' },
    );
  }

  /** Rows of an epoch, in an order that follows from the seed and the epoch. */
  rows(epoch: number, rows: TextRows, threshold: number): AsyncGenerator<TextRow> {
    const { files, seed, settings } = this.options;
    const random = new Random(seed).fork(`texts ${epoch}`);
    const order = random.shuffle([...files]);
    return shuffled(this.trainingRows(order, rows, threshold), settings.shuffleRows, random);
  }

  private async *trainingRows(files: readonly string[], rows: TextRows, threshold: number): AsyncGenerator<TextRow> {
    for (const file of files) yield* rows.of(this.trainingTexts(file, threshold));
  }

  private async *trainingTexts(file: string, threshold: number): AsyncGenerator<RawText> {
    for await (const raw of this.textsOf(file)) if (placeOfText(raw.text) >= threshold) yield raw;
  }

  private async surveyBelow(
    threshold: number,
    rows: TextRows,
    vocabularySize: number,
  ): Promise<CorpusSurvey & { /** Least place of a text. */ least: number }> {
    const whole = createHash('sha256');
    const heldOut = new HeldOutTexts<RawText>(this.options.settings.validationTexts);
    const survey = { texts: 0, rows: 0, tokens: 0, counts: new Float64Array(vocabularySize), threshold, least: 1 };
    for (const file of this.options.files) {
      const hash = createHash('sha256');
      const toLearn = this.sorted(file, hash, (raw, place) => {
        survey.least = Math.min(survey.least, place);
        if (place >= threshold) return ++survey.texts > 0;
        heldOut.add(place, raw);
        return false;
      });
      for await (const { inputIds } of rows.of(toLearn)) {
        survey.rows++;
        survey.tokens += inputIds.length;
        for (const id of inputIds) survey.counts[id]++;
      }
      whole.update(hash.digest());
    }
    const judged = heldOut.texts().flatMap((raw) => [...rows.ofText(raw)]);
    return { ...survey, sha256: whole.digest('hex'), heldOut: judged };
  }

  /** The texts of a file that `isWanted`. */
  private async *sorted(
    file: string,
    hash: ReturnType<typeof createHash>,
    isWanted: (raw: RawText, place: number) => boolean,
  ): AsyncGenerator<RawText> {
    for await (const raw of this.textsOf(file, hash)) if (isWanted(raw, placeOfText(raw.text))) yield raw;
  }

  private async *textsOf(file: string, hash?: ReturnType<typeof createHash>): AsyncGenerator<RawText> {
    const { settings, cleaning, signal } = this.options;
    for await (const raw of readRawTexts(file, { column: settings.text, cleaning, signal, ...(hash && { hash }) })) {
      stopIfAborted(signal);
      yield raw;
    }
  }
}
