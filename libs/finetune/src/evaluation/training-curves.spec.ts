import { renderTrainingCurves } from './training-curves';

describe('renderTrainingCurves', () => {
  it('draws loss and measures as an SVG image', async () => {
    const svg = await renderTrainingCurves({
      losses: Array.from({ length: 1000 }, (_, step) => 2 / (1 + step / 100)),
      evaluations: [
        { step: 500, epoch: 1, metrics: { loss: 0.9, accuracy: 0.7, microF1: 0.7, macroF1: 0.65 } },
        { step: 1000, epoch: 2, metrics: { loss: 0.7, accuracy: 0.8, microF1: 0.8, macroF1: 0.75 } },
      ],
    });
    expect(svg).toMatch(/^<svg /);
    for (const text of ['Loss', 'Validation', 'accuracy', 'macro F1']) expect(svg).toContain(`>${text}</text>`);
    expect(svg).not.toContain('micro F1');
    expect(svg.length).toBeLessThan(60_000);
  });

  it('draws empty axes of a run without steps', async () => {
    expect(await renderTrainingCurves({ losses: [], evaluations: [] })).toContain('</svg>');
  });
});
