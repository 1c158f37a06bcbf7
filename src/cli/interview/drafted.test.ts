import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue, findConnector, openIntegrationText } from '../../integration/files.ts';
import { suggestObjects } from '../../mapping/suggest/suggest-objects.ts';
import type { Side } from '../../record/side.ts';
import type { Given } from './answers.ts';
import { draftMappings } from './draft-mappings.ts';
import { integrationDraft, withoutFaulty } from './drafted.ts';
import { nameSystems } from './find-out.ts';
import { integrationText } from './integration-text.ts';
import type { Recognised } from './recognise.ts';
import { unseen } from './sampled.ts';

const FILE = resolve('integration.yaml');

function named(name: string): Recognised {
  const found = findConnector(name, FILE);
  if (!found.ok) throw new Error(name);
  return { kind: 'catalogue', ...found.value, baseUrl: 'https://system.example', found: 'named' };
}

/** The text for two systems of the catalogue, by what their connectors declare, and what is wrong with it. */
async function drafted(first: string, second: string, given: Record<string, Given>) {
  const systems = nameSystems(named(first), named(second), { folder: resolve('.') });
  const seen = unseen({ a: systems.first.definition.objects, b: systems.second.definition.objects });
  const profiles = (side: Side) => [...seen[side].values()].map(({ profile }) => profile);
  const names = { a: systems.first.name, b: systems.second.name };
  const pairs = suggestObjects(profiles('a'), profiles('b'));
  let mappings = draftMappings(seen, names, pairs).filter(({ rows }) => rows.length > 0);
  const place = { environment: 'staging', schema: 'integration.schema.json' };
  for (;;) {
    const text = integrationText(integrationDraft(systems, mappings, [], new Map(Object.entries(given)), place));
    const loaded = await openIntegrationText(FILE, text, 'staging', {}, { kept: () => 'a value' });
    const errors = loaded.ok ? [] : loaded.error.filter(({ severity }) => severity === 'error');
    const sound = withoutFaulty(mappings, text, errors);
    if (sound === null) return { text, errors, mappings };
    mappings = sound;
  }
}

describe('of any two systems of the catalogue', () => {
  const names = catalogue();
  const pairs = names.flatMap((first, place) => names.slice(place).map((second) => [first, second] as const));

  test('what look alike makes an integration that loads, whatever is wished', async () => {
    const wishes = ['hold', 'newest', 'first', 'second'];
    const deletes = ['hold', 'archive', 'unlink', 'ignore', 'delete'];
    let mapped = 0;
    for (const [place, [first, second]] of pairs.entries()) {
      const wins = wishes[place % wishes.length] ?? '';
      const { text, errors, mappings } = await drafted(first, second, {
        wins,
        deletes: deletes[place % deletes.length] ?? '',
      });
      if (mappings.length === 0) continue;
      mapped += 1;
      expect({ first, second, errors, text: errors.length > 0 ? text : '' }).toEqual({
        first,
        second,
        errors: [],
        text: '',
      });
    }
    expect(pairs.length).toBeGreaterThan(150);
    expect(mapped).toBeGreaterThan(50);
  }, 120_000);
});

describe('what somebody typed', () => {
  const text = async (given: Record<string, Given>) => (await drafted('sandbox-crm', 'sandbox-erp', given)).text;

  test('stands in the file as a text, and as nothing else', async () => {
    const evil = 'x"\'\n  evil: [1]\n# {{ }} ${HOME}: *a';
    const line = evil.replace(/\s+/g, ' ');
    const found = await text({
      privacy: evil,
      'first.contact': evil,
      wins: { ask: evil },
      errors: 'a@b.example, c@d.example',
    });
    const loaded = await openIntegrationText(FILE, found, 'staging', {}, { kept: () => 'a value' });
    expect(loaded.ok && loaded.value.answers.privacy).toBe(line);
    expect(loaded.ok && loaded.value.a.contact?.name).toBe(line);
    expect(loaded.ok && loaded.value.errorsTo).toEqual(['a@b.example', 'c@d.example']);
    expect(found).not.toMatch(/^ {2}evil/m);
  });

  test.each([
    ['Anna Meier <anna@company.example>', { name: 'Anna Meier', email: 'anna@company.example' }],
    ['Anna Meier, anna@company.example', { name: 'Anna Meier', email: 'anna@company.example' }],
    ['anna@company.example', { name: 'anna@company.example', email: 'anna@company.example' }],
    ['Sales operations', { name: 'Sales operations', email: null }],
  ])('a contact: %s', async (typed, contact) => {
    const found = await text({ 'first.contact': typed });
    const loaded = await openIntegrationText(FILE, found, 'staging', {}, { kept: () => 'a value' });
    expect(loaded.ok && loaded.value.a.contact).toEqual(contact);
  });
});
