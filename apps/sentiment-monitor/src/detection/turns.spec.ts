import { Turns } from './turns';

describe('Turns', () => {
  it('lets work of one kind follow each other, whatever became of it, and that of others go on', async () => {
    const turns = new Turns<string>();
    const steps: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = turns.take('a', async () => {
      steps.push('first begins');
      await gate;
      steps.push('first ends');
      throw new Error('first');
    });
    const second = turns.take('a', async () => steps.push('second'));
    await turns.take('b', async () => steps.push('other'));
    expect(steps).toEqual(['first begins', 'other']);
    open();
    await expect(first).rejects.toThrow('first');
    await second;
    expect(steps).toEqual(['first begins', 'other', 'first ends', 'second']);
  });
});
