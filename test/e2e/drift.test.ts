import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
});
afterEach(() => world.close());

describe('a field that users add', () => {
  it('is shown by plan with the lines that map it, and counted by sync and status', async () => {
    await world.run('sync', '--mapping', 'companies');
    world.crm.addCustomField('companies', { key: 'memo', label: 'Memo', type: 'text', max_length: 40 });
    const fields = JSON.parse('{"name":"Nord","country":"DE","notes":"call back","custom_fields":{"memo":"soon"}}');
    world.crm.userCreate('companies', fields, Date.now());
    const plan = await world.run('plan', '--mapping', 'companies');
    expect(plan.out).toContain('companies of crm has the new field memo ("Memo")');
    const lines = ['systems.crm.objects.companies.fields:', 'memo: { type: string, custom: "memo", label: "Memo" }'];
    for (const line of [...lines, '- { crm: memo, erp: memo }']) expect(plan.out).toContain(line);
    const sync = await world.run('sync', '--mapping', 'companies', '--full');
    const counted = 'companies: records with values in fields that are not mapped: crm memo 1, notes 1.';
    expect(sync.out).toContain(counted);
    expect((await world.run('status')).out).toContain(counted);
    expect([...world.erp.records('customers')]).toHaveLength(1);

    declare(world.folder, lines[1] ?? '', '- { crm: memo, erp: memo }');
    const mapped = await world.run('plan', '--mapping', 'companies');
    expect(mapped.out).not.toContain('new field');
    expect(mapped.out).toContain('memo: (empty) → soon');
    await world.run('sync', '--mapping', 'companies');
    expect([...world.erp.records('customers')].map(({ memo }) => memo)).toEqual(['soon']);
  });

  it('holds the mapping where the file says so, which is no success', async () => {
    const file = join(world.folder, 'integration.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('    clock_skew: 2m\n', '    clock_skew: 2m\n    new_fields: { crm: hold }\n'));
    await world.run('sync', '--mapping', 'companies');
    world.crm.addCustomField('companies', { key: 'memo', label: 'Memo', type: 'text', max_length: 40 });
    const held = await world.run('sync', '--mapping', 'companies', '--full');
    expect(held.exit).toBe(4);
    expect(held.out).toContain('the mapping is held');
  });
});

/** Puts the proposed lines where they say that they belong. */
function declare(folder: string, field: string, row: string): void {
  const file = join(folder, 'integration.yaml');
  const text = readFileSync(file, 'utf8');
  const contact = /( {4}contact: \{ name: Sales operations.*\n)/;
  writeFileSync(
    file,
    text
      .replace(contact, `$1    objects: { companies: { fields: { ${field} } } }\n`)
      .replace(/( {4}fields:\n)( {6}# The ERP cuts)/, `$1      ${row}\n$2`),
  );
}
