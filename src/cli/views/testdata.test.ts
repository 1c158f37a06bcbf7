import { expect, test } from 'vitest';
import { problem } from '../../record/diagnostic.ts';
import { clearedText } from './marked.ts';
import { PLAIN } from './style.ts';
import { type TestDataView, testDataListText, testDataText } from './testdata.ts';

const GOLDEN = '../../../test/golden/cli';
const calls = { reads: 1, writes: 0, auth: 0, throttled: 0 };
const none = { kept: 0, untold: [], failures: [] };

const VIEW: TestDataView = {
  environment: 'staging',
  systems: { a: 'crm', b: 'erp' },
  objects: [
    { system: 'crm', object: 'companies', ids: ['co_1', 'co_2', 'co_3'], cases: 25, ...none, kept: 2 },
    {
      ...{ system: 'crm', object: 'deals', ids: ['de_1'], cases: 7, ...none },
      untold: [
        { field: 'stage', case: 'filled' },
        { field: 'title', case: 'longest' },
      ],
    },
    {
      ...{ system: 'erp', object: 'articles', ids: [], cases: 0, ...none },
      failures: [problem('refused', 'The system refuses what was sent', { detail: 'HTTP 409.' })],
    },
  ],
  calls: { a: calls, b: calls },
  complete: false,
  next: 'dovetail testdata remove',
};

test.each([
  ['testdata-generate', testDataText(VIEW, PLAIN)],
  [
    'testdata-list',
    testDataListText({
      records: [
        { system: 'crm', object: 'companies', id: 'co_1', mark: 'Dovetail test k7m2x9qa', at: 0 },
        { system: 'erp', object: 'customers', id: null, mark: 'Dovetail test q2w3e4r5', at: 60_000 },
      ],
    }),
  ],
  [
    'marked-left',
    clearedText(
      {
        ...{ removed: 4, archived: 2, absent: 0, systems: { a: 'crm', b: 'erp' } },
        left: [
          {
            ...{ side: 'b', object: 'customers', id: '10007', mark: 'Dovetail test k7m2x9qa' },
            why: problem('mark-still-there', 'The system said that it is removed, and it is still there', {
              next: 'Remove the record by hand',
            }),
          },
        ],
      },
      PLAIN,
    ),
  ],
])('%s', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`${GOLDEN}/${name}.txt`);
  expect(text).not.toContain('\u001b');
});
