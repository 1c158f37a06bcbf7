import { problem } from '../../record/diagnostic.ts';

/** What the suite finds wrong, by code; none holds field values. */
export const FINDINGS = {
  listIncomplete: (object: string) => problem('list-incomplete', `The list of ${object} did not come to its end`),
  idsRepeated: (object: string, count: number) =>
    problem('ids-repeated', `The list of ${object} holds ${count} ids more than once`, {
      next: 'Check the pagination of this object in the connector, or whether records were changed meanwhile',
    }),
  listUnstable: (object: string, count: number) =>
    problem('list-unstable', `Read again, the list of ${object} differs in ${count} records`, {
      detail: 'Nothing tells that they were changed meanwhile.',
      next: 'Declare an order that does not move (a sort by id), or pagination.shifts, if records are added all the time',
    }),
  orderUnstable: (object: string) =>
    problem('list-order-unstable', `Read again, the list of ${object} has another order`, {
      detail: 'Pages by number or offset of a list without a fixed order miss records.',
      next: 'Add a sort by id or by creation to list.query of this object in the connector',
    }),
  sweepDiffers: (object: string, missing: number, more: number) =>
    problem('sweep-differs', `A sweep of ${object} misses ${missing} listed records and has ${more} others`, {
      next: 'Check list.ids_only and list.archived of this object in the connector',
    }),
  fieldsUnreadable: (object: string, fields: readonly string[]) =>
    problem('fields-unreadable', `Records of ${object} hold what their fields do not declare: ${fields.join(', ')}`, {
      next: 'Check type, path and format of these fields in the connector',
    }),
  listedNotThere: (object: string) =>
    problem('get-misses', `A record of ${object} that is in the list can not be read by its id`, {
      next: 'Check get of this object in the connector',
    }),
  getDiffers: (object: string, fields: readonly string[]) =>
    problem(
      'get-differs',
      `A record of ${object} looks different in the list and when read by its id: ${fields.join(', ')}`,
      {
        detail: 'Its version is the same.',
        next: 'Check get.record and list.records of this object in the connector',
      },
    ),
  missingPresent: (object: string) =>
    problem('missing-present', `${object}: an id that no record has is not said to be missing`, {
      next: 'Check get.missing of this object in the connector',
    }),
  findMisses: (object: string, field: string) =>
    problem('find-misses', `The search of ${object} by ${field} does not find a record that has the value`, {
      next: 'Check list.equals of this object in the connector',
    }),
  sinceMisses: (object: string, count: number) =>
    problem('since-misses', `${count} records of ${object} that changed since an instant are not among its changes`, {
      next: 'Check list.since (time, inclusive, precision, lag) and modified of this object in the connector',
    }),
  sinceIgnored: (object: string) =>
    problem('since-ignored', `The filter of ${object} by modification stamp yields all older records too`, {
      detail: 'The system seems to ignore it.',
      next: 'Check list.since.param of this object in the connector',
    }),
  noId: (object: string) => problem('create-uncertain', `Whether a record of ${object} was created is not known`),
  altered: (object: string, fields: readonly string[]) =>
    problem('write-altered', `A created record of ${object} holds something else than was sent: ${fields.join(', ')}`, {
      next: 'Declare what the system makes of these fields: lengths, scale, characters, formats, read_only',
    }),
  lost: (object: string, fields: readonly string[]) =>
    problem('update-loses', `An update of ${object} changed fields that it did not name: ${fields.join(', ')}`, {
      next: 'Declare update.whole: true for this object in the connector',
    }),
  notUpdated: (object: string, field: string) =>
    problem('update-lost', `An update of ${object} was accepted, but ${field} is as it was`, {
      next: 'Check update of this object in the connector, or declare the field read_only',
    }),
  conditionIgnored: (object: string) =>
    problem('condition-ignored', `An update of an outdated version of ${object} was accepted`, {
      next: 'Check update.if_match and version of this object in the connector',
    }),
  notGone: (object: string) =>
    problem('delete-ineffective', `A record of ${object} is still there after it was removed`, {
      next: 'Check delete, archive and archived of this object in the connector',
    }),
};
