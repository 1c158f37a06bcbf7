import pg from 'pg';
import { expect, test } from 'vitest';
import { describePostgres, freshDatabase } from './services.ts';

describePostgres('the PostgreSQL server of the test run', (url) => {
  test('gives every test file a database of its own', async () => {
    const database = await freshDatabase(url);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query('SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = $1', [
      'public',
    ]);
    await client.end();
    await database.drop();
    expect(rows).toEqual([{ tables: 0 }]);
  });
});
