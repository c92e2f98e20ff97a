import { atMost } from './at-most';

describe('work of which at most two pieces run at once', () => {
  it('runs in order, two at a time, and goes on after one that fails', async () => {
    const limited = atMost(2);
    const begun: string[] = [];
    const ends = new Map<string, { resolve(): void; reject(error: Error): void }>();
    const piece = (name: string): Promise<void> =>
      limited(() => {
        begun.push(name);
        return new Promise((resolve, reject) => ends.set(name, { resolve, reject }));
      });
    const pieces = ['a', 'b', 'c', 'd'].map(piece);
    expect(begun).toEqual(['a', 'b']);
    ends.get('b')?.reject(new Error('b failed'));
    await expect(pieces[1]).rejects.toThrow('b failed');
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('a')?.resolve();
    await pieces[0];
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    ends.get('c')?.resolve();
    ends.get('d')?.resolve();
    await Promise.all(pieces.slice(2));
  });
});
