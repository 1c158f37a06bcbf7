import { type Context, type IntervalText, isoInstant, meaningAt } from './context.ts';
import { configPath, type Meaning, textOf } from './meaning.ts';
import { type Node, nodeAt, scalarAt, textAt, textsAt, typeOf } from './node.ts';
import type { ListInput } from './paginator.ts';
import { optionPlace, type Place, Refusal, type RequestPart } from './request.ts';
import { durationMs, durationText, timeText } from './strftime.ts';

export type SinceInput = NonNullable<ListInput['since']>;

/** What a stream's cursor says. */
export interface CursorPart {
  /** Wire path of the modification stamp, and the format that it is written in. */
  field: string;
  formats: readonly string[];
  since: SinceInput | null;
}

/** The format in which the window's ends stand in requests. */
export const windowFormat = (cursor: Node | undefined): string =>
  (cursor && textAt(cursor, 'datetime_format')) ?? '%Y-%m-%dT%H:%M:%SZ';

/** Names of the window's ends that the stream gives of its own. */
export function nameWindow(cursor: Node | undefined, context: Context): void {
  const start = cursor && textAt(cursor, 'partition_field_start');
  const end = cursor && textAt(cursor, 'partition_field_end');
  if (start) context.interval.start.add(start);
  if (end) context.interval.end.add(end);
}

export function readCursor(cursor: Node | undefined, context: Context, part: RequestPart): CursorPart | null {
  if (cursor === undefined) {
    if (part.times.length > 0) context.lose('a window of time without a cursor');
    return null;
  }
  const type = typeOf(cursor);
  if (type.startsWith('Custom')) throw new Refusal(type);
  if (type !== 'DatetimeBasedCursor') {
    context.lose(`${type}: everything is read`);
    return null;
  }
  const name = context.render(textAt(cursor, 'cursor_field') ?? '', 'cursor_field');
  if ('open' in name || name.text === '') {
    context.lose('the cursor, whose field is not said');
    return null;
  }
  const form = windowFormat(cursor);
  const formats = textsAt(cursor, 'cursor_datetime_formats');
  return {
    field: name.text,
    formats: formats.length > 0 ? formats : [form],
    since: sinceOf(cursor, form, context, part),
  };
}

interface End {
  param: string;
  place: Place;
  text: IntervalText;
}

function sinceOf(cursor: Node, form: string, context: Context, part: RequestPart): SinceInput | null {
  const start =
    optionEnd(cursor, 'start', form, context) ?? part.times.find((each) => each.text.ends.has('start')) ?? null;
  const others = part.times.filter((each) => each !== start);
  if (start === null) {
    if (others.length > 0) context.lose('a window of time that has an end only');
    else context.lose('the cursor, which the server is not told of: everything is read, and compared');
    return null;
  }
  if (start.place === 'form' || start.place === 'path') {
    context.lose(`the start of the window, which goes into a ${start.place}`);
    return null;
  }
  const told = timeText(start.text.format ?? form);
  if (told === null) {
    context.lose(`the start of the window in the form ${start.text.format ?? form}`);
    return null;
  }
  const end = optionEnd(cursor, 'end', form, context) ?? others.find((each) => each.text.ends.has('end')) ?? null;
  for (const each of others) if (each !== end) context.lose(`parameter ${each.param}, a second window of time`);
  const fitting =
    end !== null && (end.text.format ?? form) === (start.text.format ?? form) && end.place === start.place;
  if (end !== null && !fitting) context.lose(`parameter ${end.param}: the end of the window in a form of its own`);
  if (start.place === 'query' && part.method === 'POST') part.paramsInQuery = true;
  const step = stepOf(cursor, context);
  const bounded = fitting || start.text.template.includes('{until}');
  const lag = lagOf(cursor, context);
  const earliest = earliestOf(cursor, context);
  return {
    param: start.param,
    ...(start.text.template === '{value}' ? {} : { template: start.text.template }),
    ...(start.place === 'header' ? { header: true } : {}),
    time: told.time,
    ...(fitting ? { until: untilOf(end) } : {}),
    ...(step !== null && bounded ? { step: durationText(step) } : {}),
    ...(earliest === undefined ? {} : { earliest }),
    ...(lag === null ? {} : { lag: durationText(lag) }),
    precision: precisionOf(start.text.format ?? form),
  };
}

const untilOf = (end: End) => ({
  param: end.param,
  ...(end.text.template === '{until}' ? {} : { template: end.text.template.replace('{until}', '{value}') }),
});

function optionEnd(cursor: Node, of: 'start' | 'end', form: string, context: Context): End | null {
  const found = optionPlace(nodeAt(cursor, `${of}_time_option`));
  if (found === null) return null;
  const told = timeText(form);
  if (told === null) {
    context.lose(`the ${of} of the window in the form ${form}`);
    return null;
  }
  const template = of === 'start' ? told.template : told.template.replace('{value}', '{until}');
  return { ...found, text: { template, format: form, ends: new Set([of]) } };
}

function stepOf(cursor: Node, context: Context): number | null {
  const source = textAt(cursor, 'step');
  if (source === undefined) return null;
  const standard = context.standard(source);
  const ms = standard === undefined ? null : durationMs(textOf(standard));
  if (ms === null || ms === 0) context.lose('the length of the window');
  else if (source.includes('{{'))
    context.lose('the length of the window, which the configuration says: its default is taken');
  return ms === 0 ? null : ms;
}

function lagOf(cursor: Node, context: Context): number | null {
  const source = textAt(cursor, 'lookback_window');
  if (source === undefined) return null;
  const standard = context.standard(source);
  const ms = standard === undefined ? null : durationMs(textOf(standard));
  if (ms === null) context.lose('the time to look back');
  return ms;
}

/** Where the first window begins: an instant, or a variable that says one. */
function earliestOf(cursor: Node, context: Context): string | undefined {
  const start = nodeAt(cursor, 'start_datetime');
  const holder: Node = start ?? cursor;
  const key = start === undefined ? 'start_datetime' : 'datetime';
  const meaning: Meaning | null = meaningAt(context, holder, key);
  if (meaning === null) return undefined;
  const source = scalarAt(holder, key) ?? '';
  const standard = context.standard(source);
  const instant = standard === undefined ? undefined : isoInstant(textOf(standard));
  if (meaning.is === 'known') return instant;
  const path = configPath(meaning);
  if (path !== null) return context.variables.of(path, instant);
  return instant;
}

function precisionOf(format: string): string {
  if (/%f|%_ms|%ms|%epoch_microseconds/.test(format)) return '1ms';
  if (/%S|%s|%T/.test(format)) return '1s';
  if (/%M/.test(format)) return '1m';
  return /%H/.test(format) ? '1h' : '1d';
}
