import { meaningOf } from './evaluate.ts';
import { parseTemplate } from './jinja.ts';
import { configPath, isConfigOnly, known, type Meaning, readsSlots, type Scope, textOf } from './meaning.ts';
import { isNode, type Node } from './node.ts';
import { instantOf, timeText, writeTime } from './strftime.ts';
import { MISSING, type Variables } from './variables.ts';

/** A text with `${variables}` and `{names}` for what Jinja says, or why it can't be one. */
export type Rendered = { text: string } | { open: string };

/** What is needed to read the texts of a stream, and what was lost of it on the way. */
export class Context {
  readonly variables: Variables;
  readonly parameters: unknown;
  readonly now: number;
  /** Names of the values of parents and lists that texts may hold, e.g. `parent_id`. */
  readonly partitions = new Map<string, string>();
  /** Names under which the ends of the window of time stand. */
  readonly interval = { start: new Set(['start_time', 'start_date']), end: new Set(['end_time', 'end_date']) };
  readonly #losses = new Set<string>();

  constructor(variables: Variables, parameters: unknown, now: number) {
    this.variables = variables;
    this.parameters = parameters;
    this.now = now;
  }

  get losses(): string[] {
    return [...this.#losses];
  }

  lose(what: string): void {
    this.#losses.add(what);
  }

  /** The one value that a list of values has where the configuration has none, by the list's name. */
  only: { name: string; value: string; isTaken: boolean } | null = null;

  /** What a Jinja text comes to; null where it is not one. */
  meaning(source: string): Meaning | null {
    const template = parseTemplate(source);
    if (template === null) return null;
    const meaning = meaningOf(template, this.#scope());
    if (meaning.is !== 'open' || this.only === null) return meaning;
    // A text that depends on the value of a list can only be said for one value.
    const fixed = meaningOf(template, { ...this.#scope(), only: this.only });
    if (fixed.is !== 'open') this.only.isTaken = true;
    return fixed;
  }

  /** Likewise with the configuration's defaults: what it comes to for a person who fills in no more than needed. */
  standard(source: string): unknown {
    const template = parseTemplate(source);
    if (template === null) return undefined;
    const meaning = meaningOf(template, { ...this.#scope(), config: this.variables.defaults, now: this.now });
    if (meaning.is === 'known')
      return textOf(meaning.value).includes(MISSING) ? undefined : (meaning.value ?? undefined);
    return meaning.is === 'time' && typeof meaning.of === 'number'
      ? writeTime(meaning.of + meaning.shift, ISO)
      : undefined;
  }

  #scope(): Scope {
    return { parameters: this.parameters, names: new Map() };
  }

  /** A text for paths, queries, headers and bodies. `wish`: the name of the variable that stands for what is computed. */
  render(source: string, wish: string): Rendered {
    const meaning = this.meaning(source);
    if (meaning === null) return { open: 'a template that can not be read' };
    return this.renderMeaning(meaning, source, wish);
  }

  renderMeaning(meaning: Meaning, source: string, wish: string): Rendered {
    switch (meaning.is) {
      case 'known':
        return { text: textOf(meaning.value) };
      case 'config':
        return { text: this.variables.of(meaning.path, this.#otherwise(meaning), NEEDED.has(wish)) };
      case 'slot':
        return this.#slot(meaning);
      case 'text':
        return this.#joined(meaning.parts, source, wish);
      case 'time':
        return this.#time(meaning, source, wish);
      case 'open':
        return isConfigOnly(meaning.reads) ? this.#computed(source, wish) : { open: reading(meaning) };
      default:
        return { open: 'arithmetic' };
    }
  }

  #otherwise(meaning: Extract<Meaning, { is: 'config' }>): string | undefined {
    const { otherwise } = meaning;
    if (!otherwise) return undefined;
    if (otherwise.is === 'known')
      return Array.isArray(otherwise.value) ? otherwise.value.join(',') : textOf(otherwise.value);
    if (otherwise.is === 'time') return this.#written(otherwise);
    return otherwise.is === 'config' ? this.#otherwise(otherwise) : undefined;
  }

  #written(time: Extract<Meaning, { is: 'time' }>): string | undefined {
    const ms = time.of === 'now' ? this.now : time.of;
    return typeof ms === 'number' ? (writeTime(ms + time.shift, time.format ?? ISO) ?? undefined) : undefined;
  }

  #slot(slot: Extract<Meaning, { is: 'slot' }>): Rendered {
    const name = slot.of === 'partition' && slot.pattern === undefined ? this.partitionName(slot.path) : undefined;
    return name === undefined ? { open: `${slot.of} ${slot.path.join('.')}`.trim() } : { text: `{${name}}` };
  }

  /** The name of the parent's or list's value that a path such as `parent_slice.id` means. */
  partitionName(path: readonly string[]): string | undefined {
    return this.partitions.get(path.join('.'));
  }

  #joined(parts: readonly Meaning[], source: string, wish: string): Rendered {
    let text = '';
    for (const part of parts) {
      const rendered = this.renderMeaning(part, `${source}#${text.length}`, wish);
      if ('open' in rendered) return rendered;
      text += rendered.text;
    }
    return { text };
  }

  /** A time that is computed from the configuration is asked for in the form that the system takes. */
  #time(time: Extract<Meaning, { is: 'time' }>, source: string, wish: string): Rendered {
    if (typeof time.of === 'object' && readsSlots(time.of)) return { open: 'the window of time' };
    const path = configPath(time);
    const form = time.format === undefined ? '' : `, in the form ${time.format}`;
    if (time.of === 'now') {
      return {
        text: this.variables.derived(
          wish,
          source,
          undefined,
          `The time of the read${form}; nothing keeps it up to date`,
        ),
      };
    }
    const about = path === null ? `A time${form}` : `${path.join('.')}${form}`;
    return { text: this.variables.derived(wish, source, this.#written(time), about) };
  }

  /** What a person of the vendor computes from the configuration, as a variable of its own. */
  #computed(source: string, wish: string): Rendered {
    const standard = this.standard(source.replace(/#\d+$/, ''));
    const text = standard === undefined ? undefined : textOf(standard);
    const about = `Computed in the manifest: ${source.replace(/#\d+$/, '').replace(/\s+/g, ' ').slice(0, 300)}`;
    return { text: this.variables.derived(wish, source, text, about) };
  }

  /** A filter by the window of time: its text with {value} and {until}, and the form of the instants; null where it is none. */
  intervalText(meaning: Meaning, form: string): IntervalText | null {
    const parts = meaning.is === 'text' ? meaning.parts : [meaning];
    const found: IntervalText = { template: '', format: null, ends: new Set() };
    for (const part of parts) {
      const end = this.#end(part);
      if (end === null) {
        const rendered = this.renderMeaning(part, textOf(form), 'part');
        if ('open' in rendered) return null;
        found.template += rendered.text;
        continue;
      }
      const format = end.format ?? form;
      const told = timeText(format);
      if (told === null || (found.format !== null && found.format !== format)) return null;
      found.format = format;
      found.ends.add(end.of);
      found.template += told.template.replace('{value}', end.of === 'start' ? '{value}' : '{until}');
    }
    return found.ends.size === 0 ? null : found;
  }

  #end(part: Meaning): { of: 'start' | 'end'; format?: string } | null {
    const slot = part.is === 'time' && typeof part.of === 'object' ? part.of : part;
    if (slot.is !== 'slot' || slot.of !== 'partition' || slot.path.length !== 1) return null;
    const [name = ''] = slot.path;
    const of = this.interval.start.has(name) ? 'start' : this.interval.end.has(name) ? 'end' : null;
    if (of === null) return null;
    return part.is === 'time' && part.format !== undefined ? { of, format: part.format } : { of };
  }
}

export interface IntervalText {
  template: string;
  format: string | null;
  ends: Set<'start' | 'end'>;
}

/** What can't be without a value: a path would be another one. */
const NEEDED = new Set(['path', 'base_url']);

export const ISO = '%Y-%m-%dT%H:%M:%S.%_msZ';

const reading = (meaning: Extract<Meaning, { is: 'open' }>) =>
  `a computation with ${[...meaning.reads].sort().join(', ')}`;

/** The ISO instant that a text says, or undefined. */
export function isoInstant(text: string): string | undefined {
  const ms = instantOf(text);
  return ms === null ? undefined : new Date(ms).toISOString();
}

/** A Jinja text of a component, where the key holds one; texts that are no template come out as they are. */
export function meaningAt(context: Context, node: Node, key: string): Meaning | null {
  const value = node[key];
  if (typeof value === 'string') return context.meaning(value);
  return value === undefined || isNode(value) ? null : known(value);
}
