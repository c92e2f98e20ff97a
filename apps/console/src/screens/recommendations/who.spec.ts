import { isId, nameOf, searchOf, whoOf, withItem, type Who } from './who';

describe('whom a list is for', () => {
  it.each<[string, Who]>([
    ['a reader', { kind: 'reader', id: 'team:7/reader@12' }],
    ['a session', { kind: 'session', items: ['window-repair', 'moths:wool'] }],
    ['a session of nothing', { kind: 'session', items: [] }],
  ])('stands in the address: %s', (_, who) => {
    expect(whoOf(new URLSearchParams(new URLSearchParams(searchOf(who)).toString()))).toEqual(who);
  });

  it('is nobody where the address names none, or no id', () => {
    expect(whoOf(new URLSearchParams('item=a'))).toBeUndefined();
    expect(whoOf(new URLSearchParams('reader=two words'))).toBeUndefined();
    expect(whoOf(new URLSearchParams('session=a,two words,b'))).toEqual({ kind: 'session', items: ['a', 'b'] });
  });

  it('stays the same person while a session goes on', () => {
    expect(nameOf({ kind: 'session', items: ['a'] })).toBe(nameOf({ kind: 'session', items: ['a', 'b'] }));
    expect(nameOf({ kind: 'reader', id: 'session' })).not.toBe(nameOf({ kind: 'session', items: [] }));
  });

  it('keeps each item of a session once, and the latest hundred', () => {
    expect(withItem(['a', 'b'], 'a')).toEqual(['b', 'a']);
    const long = Array.from({ length: 100 }, (_, at) => `item-${String(at)}`);
    expect(withItem(long, 'more')).toEqual([...long.slice(1), 'more']);
  });

  it('takes for an id what the service takes', () => {
    expect(['a', 'A.b:c@d/e_f-9', 'x'.repeat(200)].every(isId)).toBe(true);
    expect(['', 'a b', 'ä', 'x'.repeat(201), 'a,b'].some(isId)).toBe(false);
  });
});
