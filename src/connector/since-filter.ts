import { compileTime } from './codec/time.ts';
import type { ListDefinition } from './definition.ts';
import { milliseconds } from './duration.ts';
import { instantText } from './instant-text.ts';
import type { Parameters } from './page-walk.ts';

type Since = NonNullable<ListDefinition['since']>;

/** A stretch of time that one query asks for, epoch ms; null where it is open. */
export interface Span {
  since: number | null;
  until: number | null;
}

/** The filter by modification stamp of a list, compiled. */
export interface SinceFilter {
  /** The filter and stamps have steps of so many ms. */
  grain: number;
  inclusive: boolean;
  /** Whether a query can say where it ends. */
  bounded: boolean;
  /** What a query for the span is sent with. */
  of(span: Span): { query: Parameters; headers: Record<string, string> };
  /** All that is to be read, for changes since an instant, or everything. */
  whole(since: number | null, now: number): Span;
  /** The first stretch of a span that one query may ask for, and the rest. */
  first(span: Span): { span: Span; rest: Span | null };
  /** A span in two; null where it is too short for that. */
  halves(span: Span): [Span, Span] | null;
}

export function compileSince(since: Since): SinceFilter {
  const time = compileTime(since.time);
  const grain = Math.max(1, milliseconds(since.precision));
  // A filter that leaves out its own instant repeats a step of it: stretches must be longer to lead on.
  const shortest = since.inclusive ? grain : 2 * grain;
  const step = since.step === undefined ? null : Math.max(shortest, milliseconds(since.step));
  const earliest = since.earliest === undefined ? Number.NaN : Date.parse(since.earliest);
  const bounded = since.until !== undefined || since.template.includes('{until}');
  /** Where what follows a span begins: a filter that leaves out its own instant begins a step earlier. */
  const after = (until: number) => (since.inclusive ? until : until - grain);
  return {
    grain,
    inclusive: since.inclusive,
    bounded,
    of(span) {
      const query: Parameters = {};
      const headers: Record<string, string> = {};
      if (span.since === null) return { query, headers };
      const value = instantText(time, span.since);
      const until = (span.until === null ? undefined : time.writeMs(span.until)) ?? '';
      const text = since.template === '{value}' ? value : inTemplate(since.template, value, until);
      if (since.header) headers[since.param.toLowerCase()] = String(text);
      else query[since.param] = text;
      if (since.until) {
        const { param, template } = since.until;
        query[param] = template === '{value}' ? until : inTemplate(template, until, until);
      }
      return { query, headers };
    },
    whole(from, now) {
      const begin = from ?? (Number.isNaN(earliest) ? null : earliest);
      if (begin === null || (!bounded && step === null)) return { since: begin, until: null };
      return { since: begin, until: Math.max(now, begin + grain) };
    },
    first({ since: begin, until }) {
      if (step === null || begin === null || until === null || until - begin <= step) {
        return { span: { since: begin, until }, rest: null };
      }
      const end = begin + step;
      return { span: { since: begin, until: end }, rest: { since: after(end), until } };
    },
    halves({ since: begin, until }) {
      if (until === null) return null;
      const from = begin ?? 0;
      const middle = Math.floor((from + until) / 2 / grain) * grain;
      if (middle <= from || middle >= until || after(middle) <= from) return null;
      return [
        { since: from, until: middle },
        { since: after(middle), until },
      ];
    },
  };
}

function inTemplate(template: string, value: string | number, until: string | number): string {
  return template.replaceAll('{value}', () => String(value)).replaceAll('{until}', () => String(until));
}
