import { setImmediate } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';
import type { Gap } from '@attune/contracts';
import { groupByMeaning, normalForm } from '@attune/dialogue';
import type { PhrasingEditor } from '../knowledge/phrasing-editor';
import type { DialogueModel, UsedModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { GapQuestion, GapRepository } from './gap-repository';

/** The newest questions that are looked at. */
const MOST_QUESTIONS = 2_000;
/** How near two questions are, between chance and the same words, that ask the same. */
const NEARNESS = 0.6;
const EXAMPLES = 5;
/** Questions of a gap that become phrasings of its entry. */
const MOST_PHRASINGS = 10;

/** A gap and all of its questions. */
interface GroupedGap {
  readonly gap: Gap;
  readonly questions: readonly GapQuestion[];
}

/** Questions without a good answer, grouped by what they ask. */
export class GapService {
  constructor(
    private readonly repository: GapRepository,
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly phrasings: PhrasingEditor,
  ) {}

  /** The gaps that most ask for. */
  async list(limit: number, locale: string | undefined): Promise<Gap[]> {
    return (await this.group(locale)).slice(0, limit).map(({ gap }) => gap);
  }

  /**
   * Closes a gap with all of its questions, which become phrasings of the entry that answers them now.
   *
   * @throws AttuneError `not-found`
   */
  async close(id: string, entryId: string | undefined): Promise<void> {
    const found = (await this.group(undefined)).find(({ questions }) => questions.some(({ messageId }) => messageId === id));
    if (found === undefined) throw new AttuneError('not-found', `There is no gap ${id}.`, { remedy: 'List them with GET /v1/gaps.' });
    const { questions } = found;
    if (entryId !== undefined) await this.phrasings.add(entryId, different(questions).slice(0, MOST_PHRASINGS));
    await this.repository.close(
      questions.map(({ messageId }) => messageId),
      entryId,
    );
  }

  private async group(locale: string | undefined): Promise<GroupedGap[]> {
    const questions = await this.repository.open(MOST_QUESTIONS, locale);
    const groups = await this.model.using((model) => this.groupQuestions(model, questions));
    return groups.sort((a, b) => b.gap.asked - a.gap.asked || b.gap.lastAskedAt.localeCompare(a.gap.lastAskedAt));
  }

  private async groupQuestions(model: UsedModel, questions: readonly GapQuestion[]): Promise<GroupedGap[]> {
    if (questions.length === 0) return [];
    const { chance } = this.encoders.get(model);
    const vectors = await model.embed(
      questions.map(({ text }) => text),
      { bulk: true },
    );
    const groups = await groupByMeaning(vectors, chance + NEARNESS * (1 - chance), () => setImmediate());
    return groups.map(({ members, representative }) => {
      const own = members.map((member) => questions[member]);
      return {
        questions: own,
        gap: {
          id: own[0].messageId,
          question: questions[representative].text,
          asked: own.length,
          examples: different(own).slice(0, EXAMPLES),
          firstAskedAt: own[0].askedAt.toISOString(),
          lastAskedAt: own[own.length - 1].askedAt.toISOString(),
        },
      };
    });
  }
}

/** Texts that differ in more than case and punctuation, the newest first. */
function different(questions: readonly GapQuestion[]): string[] {
  return [...new Map(questions.map(({ text }) => [normalForm(text), text])).values()].reverse();
}
