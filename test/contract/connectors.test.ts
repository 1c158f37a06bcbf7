import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { loadConnector } from '../../src/connector/load.ts';
import { variablesOf } from '../../src/integration/load-systems.ts';
import { compileContract } from './openapi.ts';
import { recordRequests } from './recorded.ts';

const CATALOGUE = fileURLToPath(new URL('../../src/connectors/', import.meta.url));
const CORPUS = fileURLToPath(new URL('../../../shared/corpora/openapi/', import.meta.url));

/** The vendors' own descriptions, by connector; the others are unverified, and say so. */
const DOCUMENTS: Record<string, string> = {
  intercom: 'intercom.api-intercom-io.yaml',
  jira: 'atlassian.1001-0-0-snapshot.yaml',
  personio: 'personio.1-0.yaml',
  shopware: 'shopware.adminapi.json',
  stripe: 'stripe.2020-08-27.yaml',
  trello: 'trello.1-0.yaml',
  xero: 'xero.xero-accounting.yaml',
};

const systems = readdirSync(CATALOGUE).filter((name) => existsSync(join(CATALOGUE, name, 'connector.yaml')));

describe.each(systems)('the connector of %s', (system) => {
  const file = join(CATALOGUE, system, 'connector.yaml');
  const loaded = loadConnector(readFileSync(file, 'utf8'), file);

  test('is valid and has a README that says how far it is verified', () => {
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error, null, 2));
    const { verified } = loaded.value;
    const readme = readFileSync(join(CATALOGUE, system, 'README.md'), 'utf8');
    expect(readme).toContain(verified === undefined ? '**Unverified**' : `Verified against ${verified}.`);
    expect(verified !== undefined).toBe(system in DOCUMENTS || OWN_SERVER.includes(system));
  });

  test('makes requests of which none is malformed', async () => {
    if (!loaded.ok || loaded.value.protocol !== 'rest') return;
    const recorded = await recordRequests(loaded.value, variables(system));
    for (const { request } of recorded) expect(URL.canParse(request.url), request.url).toBe(true);
    expect(recorded.length).toBeGreaterThan(0);
  });

  const document = DOCUMENTS[system];
  const missing = document !== undefined && !existsSync(join(CORPUS, document));
  test.skipIf(document === undefined || missing)(
    `makes no request that the vendor's document does not know${missing ? ' (skipped: the document is not here)' : ''}`,
    async () => {
      if (!loaded.ok) return;
      const parsed = load(readFileSync(join(CORPUS, document ?? ''), 'utf8')) as Parameters<typeof compileContract>[0];
      const contract = compileContract(parsed);
      const recorded = await recordRequests(loaded.value, variables(system));
      const faults = recorded.flatMap(({ purpose, request }) =>
        contract(request).map((fault) => `${purpose}: ${fault}`),
      );
      expect([...new Set(faults)]).toEqual([]);
    },
  );

  /** Every variable has a value; addresses have the form of one. */
  function variables(name: string): Record<string, string> {
    if (!loaded.ok) return {};
    const names = variablesOf(loaded.value);
    return Object.fromEntries(
      [...names].map((variable) => [
        variable,
        /url/.test(variable) ? `https://${name}.example.com${BASES[name] ?? ''}` : 'sample',
      ]),
    );
  }
});

/** Verified against a real server in this repository's tests. */
const OWN_SERVER = ['sandbox-crm', 'sandbox-erp', 'redmine'];

/** What stands between the host and the paths of the document. */
const BASES: Record<string, string> = { shopware: '/api' };
