import { clockText, durationText, msOfClock, msOfDecimal, parseDuration, unitsOfMs } from '../../../record/duration.ts';
import { asText, type Filter, filter, flagArgument, textArgument, textFilter, Unfit } from '../filter.ts';
import type { Item } from '../items.ts';
import { decimalFrom } from './exact.ts';

const UNITS = new Map([
  ['milliseconds', 1],
  ['seconds', 1000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['days', 86_400_000],
]);

function unitArgument(item: Item): number {
  const unit = UNITS.get(textArgument(item, 'unit'));
  if (unit === undefined) throw new Unfit(`needs one of ${[...UNITS.keys()].join(', ')} as unit`);
  return unit;
}

/** The length of a duration that has one: months and years have none. */
function lengthOf(text: string): number {
  const duration = parseDuration(text.trim());
  if (!duration) throw new Unfit('needs a duration of ISO 8601, such as PT1H30M');
  if (duration.months !== 0) throw new Unfit('finds months or years, which have no fixed length');
  return duration.ms;
}

function ofLength(ms: number | undefined): string {
  if (ms === undefined) throw new Unfit('finds no length of time');
  return durationText({ months: 0, ms });
}

/** Durations are texts of ISO 8601: `PT1H30M`. */
export const DURATION_FILTERS: Readonly<Record<string, Filter>> = {
  duration: filter('unit', (item, [unit]) => ofLength(msOfDecimal(decimalFrom(item), unitArgument(unit)))),
  duration_in: filter('unit', (item, [unit]) => {
    const decimal = unitsOfMs(lengthOf(asText(item)), unitArgument(unit), undefined);
    if (decimal === undefined) throw new Unfit('has no exact decimal in that unit');
    return decimal;
  }),
  format_clock: textFilter('seconds?', (text, [seconds]) =>
    clockText(lengthOf(text), flagArgument(seconds, 'seconds', false)),
  ),
  parse_clock: textFilter('', (text) => ofLength(msOfClock(text.trim()))),
};
