import type { Samples, SheetContents } from './contents.ts';
import { type CoverFacts, coverPage } from './cover-page.ts';
import { listsPage, snapshotPage } from './hidden-pages.ts';
import { mappingPage } from './mapping-page.ts';
import { optionsPage } from './options-page.ts';
import type { Page } from './page.ts';

/** All sheets of the workbook, in their order; the hidden ones last. */
export function workbookOf(contents: SheetContents, facts: CoverFacts, samples: Samples | null): Page[] {
  return [
    coverPage(contents, facts),
    ...contents.mappings.map((mapping) => mappingPage(mapping, contents, samples)),
    optionsPage(contents),
    listsPage(contents),
    snapshotPage(contents),
  ];
}
