import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRankingHead, readRankingHistories, writeRankingHead, type RankingHead, type RankingHistories } from './ranking-head';
import { sha256 } from './sha256';

const head: RankingHead = {
  scoring: {
    behaviour: { typeWeights: { viewed: 1 }, defaultWeight: 1, recency: 5, tasteRecency: 10, longestHistory: 50, popularityDays: 30 },
    features: [{ name: 'text', mean: 0.1, deviation: 0.5, weight: 2 }],
    calibration: { scores: [0, 1], probabilities: [0.1, 0.2] },
    attention: { typeBias: { viewed: -0.5 }, timeDecay: 1, temperature: 1 },
    numbers: { year: { mean: 1990, deviation: 10 } },
    categories: ['genres'],
    trainedAt: 1000,
  },
  items: [
    { id: '1', categories: { genres: ['war'] }, numbers: { year: 1980 }, events: 3, decayedEvents: 1, users: 3, firstAt: 5 },
    { id: '2', categories: {}, numbers: {}, events: 0, decayedEvents: 0, users: 0 },
  ],
  textVectors: Float32Array.of(0.5, 0.25, 0, 1),
  textWidth: 2,
  matchVectors: Float32Array.of(1, 2, 3, 4, 5, 6),
  matchWidth: 3,
  matchProjection: Float32Array.of(1, 0, 0, 1, 0, 0),
  collaborative: { neighbours: Int32Array.of(1, -1), weights: Float32Array.of(0.75, 0), width: 1 },
};
const histories: RankingHistories = { salt: 's', types: ['viewed'], users: { abc: [[0, 10, 0, null]] } };

describe('a ranking head', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'attune-ranking-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = async (content: RankingHead, ranking = true): Promise<void> => {
    await writeRankingHead(directory, content, histories);
    const files = ['scoring.json', 'catalogue.json', 'tensors.safetensors', 'histories.json'].map((name) => {
      const path = join(directory, 'ranking', name);
      return [`ranking/${name}`, { sha256: sha256(readFileSync(path)), bytes: statSync(path).size }];
    });
    const manifest = {
      schemaVersion: 1,
      createdBy: 'attune',
      tasks: [],
      embedding: { output: 'embedding', dimension: 2, pooling: 'mean', normalized: true },
      encoder: { id: 'tiny', hash: 'abc', family: 'bert', hiddenSize: 2, tokenTypes: 2, padTokenId: 0 },
      maxLength: 64,
      normalization: {},
      onnx: {},
      files: Object.fromEntries(files) as object,
      ...(ranking && { ranking: { items: 2, users: 1, events: 1, text: 'frozen', collaborative: 'ease', metrics: { ndcgAt10: 0.1 } } }),
    };
    writeFileSync(join(directory, 'attune.json'), JSON.stringify(manifest));
  };

  it('comes back as it was written', async () => {
    await write(head);
    const { manifest, ...read } = await readRankingHead(directory);
    expect(read).toEqual(head);
    expect(manifest.ranking).toMatchObject({ items: 2, text: 'frozen' });
    expect(await readRankingHistories(directory)).toEqual(histories);
  });

  it('may have no match head', async () => {
    const { attention: _attention, ...scoring } = head.scoring;
    const none = { matchVectors: new Float32Array(0), matchWidth: 0, matchProjection: new Float32Array(0) };
    await write({ ...head, ...none, scoring });
    expect(await readRankingHead(directory)).toMatchObject({ ...none, scoring });
  });

  it.each([
    ['are of other sizes', { ...head, matchProjection: Float32Array.of(1) }],
    ['name an item that is not there', { ...head, collaborative: { ...head.collaborative, neighbours: Int32Array.of(2, -1) } }],
  ])('is refused where its parts %s', async (_, content) => {
    const written = write(content).then(() => readRankingHead(directory));
    await expect(written).rejects.toMatchObject({ code: 'bad-model' });
  });

  it('is refused where there is no ranking, or a file has changed', async () => {
    await write(head, false);
    await expect(readRankingHead(directory)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('no ranking head') as string,
    });
    await write(head);
    writeFileSync(join(directory, 'ranking/scoring.json'), '{}');
    await expect(readRankingHead(directory)).rejects.toMatchObject({ code: 'bad-model' });
  });
});
