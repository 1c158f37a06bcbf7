import { z } from 'zod';
import { canonicalText } from '../record/canonical.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { strongDigest } from '../record/digest.ts';
import type { Side } from '../record/side.ts';
import type { Action, PlanItem } from './plan-item.ts';

/** After this long too much may have changed, ms. */
export const PLAN_LIVES_MS = 24 * 3_600_000;

/** The first line of a saved plan. */
const headerSchema = z.strictObject({
  dovetail_plan: z.literal(1),
  integration: z.string(),
  environment: z.string(),
  /** Epoch ms. */
  created: z.int(),
  /** Keyed digest of the rules that the plan was made by. */
  rules: z.string(),
  /** Names of the mappings that were planned; null: all. */
  mappings: z.array(z.string()).nullable(),
});

/** One line for each record that is written: what is done, to which fields, by which rule; no values. */
const itemSchema = z.strictObject({
  mapping: z.string(),
  a: z.string().nullable(),
  b: z.string().nullable(),
  rule: z.string(),
  actions: z.array(
    z.strictObject({
      side: z.enum(['a', 'b']),
      kind: z.enum(['create', 'update', 'delete', 'archive']),
      fields: z.array(z.string()),
    }),
  ),
  /** Keyed digest of the whole item, values included. */
  digest: z.string(),
});

/** The last line: a plan without it was cut off. */
const endSchema = z.strictObject({ end: z.int() });

export type SavedPlanHeader = z.infer<typeof headerSchema>;
export type SavedItem = z.infer<typeof itemSchema>;

export interface SavedPlan {
  header: SavedPlanHeader;
  /** Digests of its items. */
  items: Set<string>;
}

/** Whether a field of a side holds a reference: its value may only be known once the parent is created. */
export type IsReference = (side: Side, field: string) => boolean;

/** Digest of the rules of all mappings that a plan covers. `key`: 32 bytes of the installation. */
export function rulesDigest(key: Uint8Array, mappings: readonly { name: string; rules: string }[]): string {
  return strongDigest(key, JSON.stringify(mappings.map(({ name, rules }) => [name, rules])));
}

/** An item without its values; null where it writes nothing. */
export function savedItem(
  key: Uint8Array,
  mapping: string,
  item: PlanItem,
  isReference: IsReference,
): SavedItem | null {
  const actions = (['a', 'b'] as const).flatMap((side) => {
    const action = item.actions[side];
    return action ? [{ side, action }] : [];
  });
  if (actions.length === 0) return null;
  const { a, b, rule } = item;
  const content = actions.map(({ side, action }) => [
    side,
    action.kind,
    action.id,
    fieldsOf(side, action, isReference),
  ]);
  return {
    mapping,
    a,
    b,
    rule,
    actions: actions.map(({ side, action }) => ({
      side,
      kind: action.kind,
      fields: [...action.changes, ...action.later].map((change) => change.field),
    })),
    digest: strongDigest(key, JSON.stringify([mapping, a, b, rule, content])),
  };
}

function fieldsOf(side: Side, action: Action, isReference: IsReference): [string, string, string][] {
  return [...action.changes, ...action.later].map((change) => [
    change.field,
    change.rule,
    isReference(side, change.field) ? '' : canonicalText(change.value),
  ]);
}

/** The lines of a saved plan, as JSON. */
export const headerLine = (header: Omit<SavedPlanHeader, 'dovetail_plan'>): string =>
  JSON.stringify({ dovetail_plan: 1, ...header });
export const itemLine = (item: SavedItem): string => JSON.stringify(item);
export const endLine = (items: number): string => JSON.stringify({ end: items });

/** Reads the lines of a saved plan. Fails with `plan-invalid`. */
export function readSavedPlan(lines: Iterable<string>): Result<SavedPlan> {
  let header: SavedPlanHeader | null = null;
  let ended = false;
  let count = 0;
  const items = new Set<string>();
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const data = parseJson(line);
    if (!header) {
      const first = headerSchema.safeParse(data);
      if (!first.success) return fail(invalid('It does not begin like one of this version.'));
      header = first.data;
      continue;
    }
    const end = endSchema.safeParse(data);
    if (end.success) {
      ended = end.data.end === count;
      continue;
    }
    const item = itemSchema.safeParse(data);
    if (!item.success) return fail(invalid(`Line ${number} can't be read.`));
    items.add(item.data.digest);
    count += 1;
  }
  if (!header) return fail(invalid('It is empty.'));
  if (!ended) return fail(invalid('Its end is missing.'));
  return ok({ header, items });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const invalid = (detail: string): Diagnostic =>
  problem('plan-invalid', 'The file is not a saved plan', { detail, next: PLAN_AGAIN });

const PLAN_AGAIN = 'Make a new one with `dovetail plan --out FILE`.';

/** What a saved plan must fit to be applied. */
export interface PlanCircumstances {
  integration: string;
  environment: string;
  rules: string;
  /** Epoch ms. */
  now: number;
}

/** Refuses a plan for something else, by other rules, or too old, with `plan-foreign`, `plan-rules` or `plan-old`. */
export function checkSavedPlan(header: SavedPlanHeader, at: PlanCircumstances): Result<void> {
  const refuse = (code: string, summary: string, detail: string) =>
    fail(problem(code, summary, { detail, next: PLAN_AGAIN }));
  if (header.integration !== at.integration || header.environment !== at.environment) {
    return refuse(
      'plan-foreign',
      'The saved plan is for another integration or environment',
      `It is for ${header.integration} (${header.environment}), this is ${at.integration} (${at.environment}).`,
    );
  }
  if (header.rules !== at.rules) {
    const detail = 'The integration file or its connectors have changed since, or another installation made the plan.';
    return refuse('plan-rules', 'The saved plan was made by other rules', detail);
  }
  if (at.now - header.created > PLAN_LIVES_MS || at.now < header.created - PLAN_LIVES_MS) {
    return refuse('plan-old', 'The saved plan is older than 24 hours', 'Too much may have changed since.');
  }
  return ok(undefined);
}
