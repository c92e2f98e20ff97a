import { FIRST_SETTINGS, listRequest } from './list-request';

describe('the request for a list', () => {
  it('names the reader or the session, and leaves out what was seen', () => {
    expect(listRequest({ kind: 'reader', id: 'reader-12' }, FIRST_SETTINGS)).toMatchObject({
      user: 'reader-12',
      limit: 10,
      diversity: 0,
      filter: {},
      seen: { afterViews: 1 },
      explain: true,
    });
    const session = listRequest({ kind: 'session', items: ['a', 'b'] }, { ...FIRST_SETTINGS, leaveOutSeen: false });
    expect(session).toMatchObject({ session: ['a', 'b'], seen: {} });
    expect(session).not.toHaveProperty('user');
  });

  it('is the same in whatever order categories were chosen', () => {
    const of = (...categories: string[]) => listRequest({ kind: 'session', items: [] }, { ...FIRST_SETTINGS, categories });
    expect(of('home', 'film')).toEqual(of('film', 'home'));
    expect(of('home', 'film').filter).toEqual({ categories: ['film', 'home'] });
  });
});
