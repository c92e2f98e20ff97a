import { drawRows } from './draw-rows';

const rows = ['lamp', 'chair', 'table', 'shelf'].flatMap((thing) => [
  { text: `where is my ${thing}?`, label: 'delivery' },
  { text: `send the ${thing} back`, label: 'return' },
]);

describe('drawRows', () => {
  it('takes as many rows of every label, label after label', () => {
    expect(drawRows(rows, 2, 1).map(({ label }) => label)).toEqual(['delivery', 'delivery', 'return', 'return']);
  });

  it('draws the same rows whatever their order, and others by another number', () => {
    expect(drawRows([...rows].reverse(), 2, 1)).toEqual(drawRows(rows, 2, 1));
    const draws = [1, 2, 3, 4].map((draw) => JSON.stringify(drawRows(rows, 2, draw)));
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('goes by the sha256 of number and text', () => {
    // printf '1\tlamp' | sha256sum begins with dae2, of '1\tchair' with 4e8b.
    expect(
      drawRows(
        ['lamp', 'chair'].map((text) => ({ text, label: 'x' })),
        1,
        1,
      )[0].text,
    ).toBe('chair');
  });
});
