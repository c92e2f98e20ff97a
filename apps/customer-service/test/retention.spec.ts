import type { Conversation } from '@attune/contracts';
import { openDatabase } from '@attune/storage';
import { startService, until } from '@attune/testing';
import { sql } from 'drizzle-orm';
import { clientOf, describeAtBothPlaces, PROGRAM, START_TIMEOUT, type Place } from './on-both-databases';

const DAYS = 30;

/** Makes conversations older by some days, as if nothing had been said in them since. */
async function age({ environment }: Place, ids: readonly string[], days: number): Promise<void> {
  const { DATABASE_URL: url, ATTUNE_DATA: folder } = environment;
  const database = await openDatabase({ ...(url === undefined ? { folder } : { url }), migrations: [], vectors: true });
  await database.query((orm) =>
    orm.execute(sql`update conversations set updated_at = updated_at - make_interval(days => ${days})
      where id = any(${sql.param([...ids])}::text[])`),
  );
  await database.close();
}

describeAtBothPlaces('conversations in which nothing was said for long', 'retention', (place) => {
  it(
    'are erased with what came from them, and younger ones stay',
    async () => {
      const environment = { ...place().environment, ATTUNE_RETENTION_DAYS: String(DAYS) };
      let running = await startService(PROGRAM, environment);
      const { ask, read } = clientOf(() => running);
      const converse = async (text: string): Promise<string> => {
        const { id } = (await ask<Conversation>('POST', '/v1/conversations', { locale: 'en' })).body;
        expect((await ask('POST', `/v1/conversations/${id}/messages`, { text })).status).toBe(200);
        return id;
      };
      const old = [await converse('a human, please'), await converse('are you hiring in france')];
      const young = await converse('are you hiring in japan');
      await running.stop();
      await age(place(), old, DAYS + 1);
      await age(place(), [young], DAYS - 1);

      running = await startService(PROGRAM, environment);
      try {
        const isGone = async (id: string): Promise<boolean> => (await ask('GET', `/v1/conversations/${id}`)).status === 404;
        for (const id of old) await until(() => isGone(id));
        expect((await ask('GET', `/v1/conversations/${young}`)).status).toBe(200);
        const left = [JSON.stringify((await ask('GET', '/v1/handoffs?limit=200')).body), await read('/v1/gaps')].join('\n');
        for (const id of old) expect(left).not.toContain(id);
        expect(left).not.toContain('france');
        expect(left).toContain('japan');
      } finally {
        await running.stop();
      }
    },
    START_TIMEOUT,
  );
});
