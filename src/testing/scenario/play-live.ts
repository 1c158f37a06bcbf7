import { newMark } from '../../checklist/marks/mark.ts';
import { type Cleared, type Marked, openMarks } from '../../checklist/marks/marks.ts';
import { compileCodec } from '../../connector/codec.ts';
import type { Connection, WriteOutcome } from '../../connector/port.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Random } from '../../platform/random.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import type { MarkLog } from '../../store/marked.ts';
import { Aliases } from './aliases.ts';
import { type Played, type Playground, playScenario } from './play.ts';
import type { NamedRecord, PersonsEdit, Scenario } from './scenario.ts';
import type { HeldRecord, Stage } from './stage.ts';

export interface LiveOptions {
  integration: LoadedIntegration;
  /** Of an environment that is not production. */
  connections: Record<Side, Connection>;
  platform: Platform;
  log: MarkLog;
}

const UNIQUE_LETTERS = 5;

/** Time between two steps that say nothing of it, ms: long enough for one stamp to differ from the next by the clock. */
const BETWEEN_STEPS_MS = 1000;

/**
 * Plays a scenario in the live systems, with marked records that the engine sees as if there were no others, and that are
 * removed at the end. What came is told by the ids of the scenario.
 */
export async function playLive(
  options: LiveOptions,
  scenario: Scenario,
): Promise<{ played: Result<Played, Diagnostic[]>; cleared: Cleared }> {
  const { integration, platform } = options;
  const marks = openMarks({ ...options, purpose: 'check' });
  const aliases = new Aliases(integration);
  for (const [text, sent] of uniqueTexts(integration, scenario, platform.random)) aliases.replaces(text, sent);
  const parts = { ...options, marks, aliases };
  const playground: Playground = {
    stages: { a: liveStage(parts, 'a'), b: liveStage(parts, 'b') },
    clock: platform.clock,
    random: platform.random,
    idOf: (side, object, name) => aliases.idOf(side, object, name),
    pass: (ms) => platform.clock.sleep(ms ?? BETWEEN_STEPS_MS),
  };
  try {
    const within = withinOthers(integration, scenario);
    const played = within ? fail([within]) : await playScenario(integration, scenario, playground);
    return { played: played.ok ? ok(aliases.retold(played.value)) : played, cleared: await marks.clear() };
  } catch (thrown) {
    await marks.clear();
    throw thrown;
  }
}

/**
 * The texts of a scenario in fields that a system keeps unique, each with some characters behind it that no record has yet.
 */
function uniqueTexts(integration: LoadedIntegration, { given, steps }: Scenario, random: Random): Map<string, string> {
  const edits = steps.flatMap((step) => (step.kind === 'edit' ? [step.edit] : []));
  const token = newMark(random).slice(-UNIQUE_LETTERS);
  const texts = new Map<string, string>();
  for (const { side, object, fields } of [...given, ...edits]) {
    const definition = integration[side].connector.objects[object];
    for (const name of definition?.unique ?? []) {
      const value = fields[name];
      if (typeof value === 'string' && value !== '') texts.set(value, `${value}-${token}`);
    }
  }
  return texts;
}

type Parts = LiveOptions & { marks: ReturnType<typeof openMarks>; aliases: Aliases };

/** Parts and lines bear no mark of their own. */
function withinOthers(integration: LoadedIntegration, { given, steps }: Scenario): Diagnostic | null {
  const edits = steps.flatMap((step) => (step.kind === 'edit' ? [step.edit] : []));
  const within = [...given, ...edits].find(({ side, object }) => isWithin(integration, side, object));
  if (!within) return null;
  const summary = `${within.object} stands within other records, so it can not be made live as a scenario gives it`;
  return problem('not-live', summary, { where: within.where, next: 'Say so with not_live, and play it in memory' });
}

function isWithin(integration: LoadedIntegration, side: Side, object: string): boolean {
  const definition = integration[side].connector.objects[object];
  return definition?.part_of !== undefined || definition?.lines_of !== undefined;
}

function liveStage({ integration, connections, marks, aliases }: Parts, side: Side): Stage {
  const connection = connections[side];
  const make = async (object: string, fields: Fields, name: string | null): Promise<Result<Marked>> => {
    const made = await marks.make(side, object, aliases.sent(side, object, fields), { unseen: true });
    if (!made.ok) return made;
    aliases.add(side, object, made.value.id, name);
    aliases.stands(made.value.mark, fields[made.value.field] ?? null);
    return made;
  };
  /** Those that the engine made get the next ids of the scenario, in their order. */
  const recordsOf = (object: string): string[] => {
    const ids = marks.all().flatMap((one) => (one.side === side && one.object === object ? (one.id ?? []) : []));
    for (const id of ids) if (!aliases.has(side, object, id)) aliases.add(side, object, id, null);
    return ids;
  };
  return {
    connection: marks.fenced(side),
    async put({ object, fields, id, archived }: NamedRecord) {
      const made = await make(object, fields, id);
      if (!made.ok || !archived) return made.ok ? ok(undefined) : made;
      return told(await marks.remove(made.value, true));
    },
    async edit({ kind, object, id, fields }: PersonsEdit) {
      if (kind === 'create') {
        const made = await make(object, fields, id);
        return made.ok ? ok(undefined) : made;
      }
      recordsOf(object);
      const known = aliases.idOf(side, object, id ?? '');
      const marked = marks.all().find((one) => one.side === side && one.object === object && one.id === known);
      if (!marked) return fail(problem('record-unknown', `There is no ${object} ${id} to ${kind}`));
      const own = { ...marked, id: known };
      return told(
        kind === 'update'
          ? await marks.change(own, aliases.sent(side, object, fields))
          : await marks.remove(own, kind === 'archive'),
      );
    },
    async records(object) {
      if (isWithin(integration, side, object)) return ok([]);
      const definition = connection.connector.objects[object] ?? { fields: {} };
      const codec = compileCodec(definition, (list) => connection.options(list));
      const ids = recordsOf(object);
      const held: HeldRecord[] = [];
      const outcomes = await connection.get(object, ids);
      for (const [at, id] of ids.entries()) {
        const outcome = outcomes[at];
        if (outcome?.kind === 'unknown') return fail(outcome.diagnostic);
        if (outcome?.kind !== 'present') continue;
        const { archived, wire } = outcome.record;
        const { fields } = codec.decode(wire, Object.keys(definition.fields));
        held.push({ id: aliases.nameOf(side, object, id), archived, fields: aliases.told(side, object, fields) });
      }
      return ok(held);
    },
  };
}

const NO_OUTCOME = problem('no-outcome', 'Nothing was answered');

const told = (outcome: WriteOutcome | undefined): Result<void> =>
  outcome?.kind === 'done' ? ok(undefined) : fail(outcome?.diagnostic ?? NO_OUTCOME);
