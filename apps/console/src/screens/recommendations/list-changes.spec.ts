import { changesOf, countChanges } from './list-changes';

describe('the changes of a list', () => {
  it('tells what is new, and by how many places the others moved', () => {
    expect([...changesOf(['a', 'b', 'c', 'd'], ['c', 'b', 'e', 'a'])]).toEqual([
      ['c', { kind: 'up', by: 2 }],
      ['b', { kind: 'same' }],
      ['e', { kind: 'new' }],
      ['a', { kind: 'down', by: 3 }],
    ]);
  });

  it('counts them, and what is gone', () => {
    expect(countChanges(['a', 'b', 'c', 'd'], ['c', 'b', 'e', 'a'])).toEqual({ new: 1, up: 1, down: 1, gone: 1 });
    expect(countChanges(['a', 'b'], ['a', 'b'])).toEqual({ new: 0, up: 0, down: 0, gone: 0 });
    expect(countChanges([], ['a'])).toEqual({ new: 1, up: 0, down: 0, gone: 0 });
    expect(countChanges(['a'], [])).toEqual({ new: 0, up: 0, down: 0, gone: 1 });
  });
});
