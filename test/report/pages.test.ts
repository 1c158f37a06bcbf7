import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliWorld, openCliWorld } from '../e2e/cli-world.ts';
import { describeChromium } from '../services.ts';

/** A phone, a laptop, and a sheet of A4 at 96 dots per inch. */
const SIZES = { phone: [390, 844], laptop: [1366, 768], a4: [794, 1123] } as const;

describeChromium('the report in a browser', (program) => {
  let world: CliWorld;
  let browser: Browser;

  beforeAll(async () => {
    world = await openCliWorld();
    expect((await world.run('check', '--report', 'en.html')).exit).toBe(0);
    expect((await world.run('check', '--report', 'de.html', '--language', 'de')).exit).toBe(0);
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  async function open(
    size: keyof typeof SIZES,
    colorScheme: 'light' | 'dark',
    language = 'en',
  ): Promise<{ page: Page; requests: string[] }> {
    const [width, height] = SIZES[size];
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(world.folder, `${language}.html`)).href);
    return { page, requests };
  }

  const cases = Object.keys(SIZES).flatMap((size) =>
    (['light', 'dark'] as const).flatMap((scheme) =>
      ['en', 'de'].map((language) => ({ size: size as keyof typeof SIZES, scheme, language })),
    ),
  );

  test.each(cases)('has no fault that axe finds: $size, $scheme, $language', { timeout: 60_000 }, async (one) => {
    const { page, requests } = await open(one.size, one.scheme, one.language);
    // Folded evidence is read as well.
    await page.evaluate(`for (const fold of document.querySelectorAll('details')) fold.open = true`);
    const { violations, passes } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
    // It needs nothing but itself, and no line is wider than the screen.
    expect(requests).toHaveLength(1);
    const widest = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(widest).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  test('is used by keyboard alone', { timeout: 60_000 }, async () => {
    const { page } = await open('laptop', 'light');
    await page.keyboard.press('Tab');
    const link = await page.evaluate(`document.activeElement?.getAttribute('href')`);
    await page.keyboard.press('Enter');
    expect(link).toMatch(/^#/);
    expect(new URL(page.url()).hash).toBe(link);
    for (let at = 0; at < 100; at += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(`document.activeElement?.tagName === 'SUMMARY'`)) break;
    }
    await page.keyboard.press('Enter');
    expect(await page.evaluate(`document.querySelectorAll('details[open]').length`)).toBe(1);
    await page.context().close();
  });
});
