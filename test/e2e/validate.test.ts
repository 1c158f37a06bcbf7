import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { readXlsx } from 'hucre/xlsx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
  edit('{ crm: vat_id, erp: vat_no,', '{ crm: vat_id, erp: vat_no, validate: [vat_id],');
  edit('{ crm: phone, erp: phone }', '{ crm: phone, erp: phone, validate: [{ check: phone, policy: warn }] }');
  edit(
    '    delete_guard: { share: 0.02, records: 20 }\n',
    `    delete_guard: { share: 0.02, records: 20 }
    rules:
      - { name: city, system: erp, field: city, check: "{{ value or not record.zip }}", message: A postal code needs a city }
      - { name: memo, system: erp, check: "{{ not record.memo }}" }
`,
  );
});
afterEach(() => world.close());

function edit(from: string, to: string): void {
  const file = join(world.folder, 'integration.yaml');
  const text = readFileSync(file, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`"${from}" does not stand once in the file`);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}

function company(name: string, more: Record<string, string> = {}): string {
  const made = world.crm.userCreate('companies', { name, country: 'DE', status: 'lead', ...more }, Date.now());
  if (!('record' in made)) throw new Error(JSON.stringify(made));
  return made.record.id;
}

const only = ['--mapping', 'companies'];

describe('validate', () => {
  it('finds nothing where every rule holds', async () => {
    company('Nord', { vat_id: 'DE136695976' });
    const ran = await world.run('validate', ...only);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.out).toContain(
      'companies  crm: 1 record\n  every rule holds\n  Asked of the records of erp only: memo.',
    );
    expect(ran.out).toContain('1 record read: 0 would be parked');
  });

  it('counts broken rules and lists the records, without values unless asked for, and writes nothing', async () => {
    const wrong = company('=SUM(A1)', { vat_id: 'DE136695967', phone: '12' });
    const cityless = company('Süd', { postal_code: '24103' });
    const before = [world.crm.digest(), world.erp.digest()];
    const ran = await world.run('validate', ...only, '--side', 'crm', '--export', 'problems.csv');
    expect(ran.exit).toBe(4);
    expect(ran.out).toMatch(new RegExp(`1 {2}parked +vat_id +erp vat_no +${wrong}`));
    expect(ran.out).toMatch(new RegExp(`1 {2}warning +phone +erp phone +${wrong}`));
    expect(ran.out).toContain('2 records read: 2 would be parked, 0 written with a warning, 0 repaired.');
    expect(ran.out).toContain('The list is in problems.csv.');
    expect([world.crm.digest(), world.erp.digest()]).toEqual(before);

    const file = join(world.folder, 'problems.csv');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const rows: Record<string, string>[] = parse(readFileSync(file), { bom: true, columns: true });
    expect(rows).toHaveLength(3);
    expect(rows).toContainEqual({
      Mapping: 'companies',
      System: 'crm',
      Id: cityless,
      Field: 'city',
      Rule: 'city',
      'Rule of': 'erp',
      'Field there': 'city',
      Outcome: 'violated',
      'What is wrong': 'A postal code needs a city',
    });
    expect(readFileSync(file, 'utf8')).not.toMatch(/136695967|24103/);
  });

  it('puts values into a workbook as texts, never as formulas', async () => {
    company('Nord', { vat_id: '=1+1' });
    const ran = await world.run('validate', ...only, '--export', 'problems.xlsx', '--values');
    expect(ran.exit).toBe(4);
    const { sheets } = await readXlsx(readFileSync(join(world.folder, 'problems.xlsx')));
    expect(sheets[0]?.rows[1]).toContain('=1+1');
    await world.run('validate', ...only, '--export', 'problems.csv', '--values');
    expect(readFileSync(join(world.folder, 'problems.csv'), 'utf8')).toContain(",'=1+1\r\n");
  });

  it('tells problems as lines of JSON', async () => {
    const id = company('Nord', { vat_id: 'DE136695967' });
    const ran = await world.run('validate', ...only, '--json', '--values');
    expect(ran.exit).toBe(4);
    expect(ran.lines()[0]).toMatchObject({
      type: 'problem',
      id,
      field: 'vat_id',
      rule: 'vat_id',
      value: 'DE136695967',
    });
    expect(ran.last()).toMatchObject({ type: 'summary', sides: [{ side: 'a', read: 1, violated: 1 }, { side: 'b' }] });
    const bare = await world.run('validate', ...only, '--json');
    expect(bare.out).not.toContain('136695967');
  });

  it('asks the rules of a system of its own records, too', async () => {
    world.erp.userCreate('customers', { name_1: 'Nord', zip: '24103', memo: 'call' }, Date.now());
    const ran = await world.run('validate', ...only, '--side', 'erp', '--json');
    const found = ran.lines().flatMap((line) => (line.type === 'problem' ? [`${line.rule_of} ${line.rule}`] : []));
    expect(found).toEqual(['erp city', 'erp memo']);
  });

  it('finds values that the other system takes once only', async () => {
    for (const sku of ['A-1', 'A-2']) {
      const made = world.crm.userCreate('products', { sku, name: 'Nut', unit: 'piece' }, Date.now());
      if (!('record' in made)) throw new Error(JSON.stringify(made));
    }
    edit(
      '- { crm: sku, erp: article_no, direction: erp -> crm }',
      '- { crm: sku, erp: article_no, direction: crm -> erp, to_erp: "{{ value[:1] }}" }',
    );
    const ran = await world.run('validate', '--mapping', 'products', '--side', 'crm');
    expect(ran.out).toMatch(/1 {2}parked +not-unique +erp article_no/);
  });

  it('says what it can not do', async () => {
    expect(await world.run('validate', '--export', 'problems.pdf')).toMatchObject({ exit: 2 });
    expect((await world.run('validate', '--side', 'cmr')).err).toContain('Did you mean "crm"?');
    expect(await world.run('validate', '--export', 'no/such/folder.csv')).toMatchObject({ exit: 2 });
  });
});
