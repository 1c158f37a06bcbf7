import { expect, test } from 'vitest';
import { compileForm } from './known-form.ts';
import { KNOWN_FORMS, type KnownForm } from './rule-schema.ts';

/** Numbers that the authorities, banks and packages print as examples, each beside one with a slip. */
const EXAMPLES: Record<KnownForm, [right: string, wrong: string, country?: string][]> = {
  vat_id: [
    ['DE136695976', 'DE136695967'],
    ['DE 136 695 976', 'DE 136 695 979'],
    ['136695976', '136695967', 'DE'],
    ['ATU13585627', 'ATU13585626'],
    ['BE0428759497', 'BE0428759496'],
    ['EL094259216', 'EL094259215'],
    ['GR094259216', 'GR094259215'],
    ['ESB58378431', 'ESB58378430'],
    ['FR40303265045', 'FR41303265045'],
    ['IT00743110157', 'IT00743110158'],
    ['NL004495445B01', 'NL004495446B01'],
    ['PL8567346215', 'PL8567346216'],
    ['DK13585628', 'DK13585627'],
    ['CHE-107.787.577 IVA', 'CHE-107.787.578 IVA'],
    ['GB980780684', 'GB802311781'],
    ['XI980780684', 'XI802311781'],
    ['NO995525828MVA', 'NO995525829MVA'],
    ['DE136695976', '136695976'],
    ['DE136695976', 'ZZ136695976'],
  ],
  iban: [
    ['DE89370400440532013000', 'DE98370400440532013000'],
    ['DE89 3704 0044 0532 0130 00', 'DE89 3704 0044 0532 0130 0'],
    ['GB29NWBK60161331926819', 'GB29NWBK60161331926818'],
    ['CH9300762011623852957', 'ZZ9300762011623852957'],
  ],
  bic: [
    ['DEUTDEFF', 'DEUTDEF'],
    ['DEUTDEFF500', 'DEUTZZFF'],
  ],
  email: [
    ['a.b+c@example.com', 'a.b+c@example'],
    ['müller@example.com', 'müller example.com'],
  ],
  phone: [
    ['+4930123456', '+49'],
    ['+41446681800', '030 123456'],
  ],
  postal_code: [
    ['10115', '1011', 'DE'],
    ['1010', '10101', 'AT'],
    ['EC1A 1BB', '12345', 'GB'],
    ['1012 AB', '1012', 'NL'],
  ],
  url: [
    ['https://example.com/a?b=c', 'example.com/a'],
    ['http://intranet/', 'javascript:alert(1)'],
  ],
  country: [['DE', 'ZZ']],
  currency: [['EUR', 'EUX']],
  ean: [['4006381333931', '4006381333932']],
};

const cases = KNOWN_FORMS.flatMap((form) =>
  EXAMPLES[form].map(([right, wrong, country]) => ({ form, right, wrong, country: country ?? null })),
);

test.each(cases)('$form: $right, not $wrong', ({ form, right, wrong, country }) => {
  const matches = compileForm(form);
  expect(matches(right, country)).toBe(true);
  expect(matches(wrong, country)).toBe(false);
});

test('a country that has no known form of postal code takes any', () => {
  expect(compileForm('postal_code')('anything', 'AE')).toBe(true);
  expect(compileForm('postal_code')('anything', null)).toBe(true);
});
