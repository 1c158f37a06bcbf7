import { connectorSchema } from '../src/connector/definition.ts';
import { systemClock } from '../src/platform/clock.ts';
import { silentLog } from '../src/platform/log.ts';
import { systemRandom } from '../src/platform/random.ts';
import { openSqlConnection } from '../src/protocols/sql/connection.ts';

const platform = {
  clock: systemClock,
  random: systemRandom,
  http: { request: () => Promise.reject(new Error('no HTTP here')), close: async () => undefined },
  log: silentLog,
};

/** What the credentials of a database address may do to its table of customers. */
export async function rightsOf(database: string, table = 'customers', more: object = {}) {
  const definition = connectorSchema.parse({
    connector: 'shop',
    title: 'Shop',
    protocol: 'sql',
    database,
    ...more,
    objects: { customers: { table, fields: { name: { type: 'string' } } } },
  });
  const opened = openSqlConnection({ definition, variables: {}, platform });
  if (!opened.ok) throw new Error(opened.error.summary);
  const rights = await opened.value.rights();
  await opened.value.close();
  return rights;
}

// As a process of its own, which may be another user's: `node sql-rights.ts sqlite:<path>` prints them as JSON.
if (process.argv[1] === import.meta.filename) {
  process.stdout.write(JSON.stringify(await rightsOf(process.argv[2] ?? '')));
}
