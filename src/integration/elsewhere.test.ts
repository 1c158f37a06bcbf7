import { expect, test } from 'vitest';
import { loadSmall, SMALL } from '../../test/small-integration.ts';

test('other environments are at hand as far as their variables are, and what they lack is nobody’s fault here', () => {
  const text = SMALL.replace(
    /(\n {2}shop:[\s\S]*?environments:\n)/,
    (all) => `${all}      production: { base_url: "https://shop.example", api_key: "\${SHOP_PRODUCTION_KEY}" }\n`,
  );
  const load = (variables: Record<string, string>) =>
    loadSmall(text, { environment: 'staging', variables: { SHOP_KEY: 'a', BOOKS_TOKEN: 'b', ...variables } });
  const without = load({});
  expect(without.ok && without.value.a.elsewhere).toMatchObject([{ environment: 'production', complete: false }]);
  const whole = load({ SHOP_PRODUCTION_KEY: 'p' });
  expect(whole.ok && whole.value.a.elsewhere).toMatchObject([{ environment: 'production', complete: true }]);
  expect(whole.ok && Object.values(whole.value.a.elsewhere[0]?.variables ?? {})).toContain('p');
  expect(whole.ok && whole.value.b.elsewhere).toEqual([]);
});
