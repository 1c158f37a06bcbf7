import type { Connection, CreateItem, GetOutcome, ReadStep, Wire } from '../connector/port.ts';
import { wholeIn } from '../connector/within/holding.ts';
import { instead } from './instead.ts';

/** Faults that the engine could have with records that stand within others. */

/** The whole of a part or line, by its id. */
const wholeOf = (id: string): string => id.split('/')[0] ?? id;

const definitionOf = (connection: Connection, object: string) => connection.connector.objects[object];

/** A part is written where it belongs now, and left where it was. */
function moveLeavesOldPlace(connection: Connection): Connection {
  return instead(connection, {
    update: async (object, items) => {
      const part = definitionOf(connection, object)?.part_of;
      const isMove = ({ id, wire }: { id: string; wire: Wire }) => (wholeIn(wire) ?? id) !== id;
      if (!part || !items.some(isMove)) return connection.update(object, items);
      const outcomes = [];
      for (const item of items) {
        if (!isMove(item)) outcomes.push(...(await connection.update(object, [item])));
        else outcomes.push(...(await connection.create(object, [await copied(connection, object, item)])));
      }
      return outcomes;
    },
  });
}

async function copied(connection: Connection, object: string, item: { id: string; wire: Wire }): Promise<CreateItem> {
  const [there] = await connection.get(object, [item.id]);
  const record = there?.kind === 'present' ? there.record.wire : {};
  const paths = Object.entries(definitionOf(connection, object)?.fields ?? {}).map(
    ([name, field]) => field.path ?? name,
  );
  const own = Object.fromEntries(paths.flatMap((path) => (path in record ? [[path, record[path]]] : [])));
  return { wire: { ...own, ...item.wire }, idempotencyKey: '' };
}

/** A new part takes the place of one that stands there. */
function partOverwritesAnother(connection: Connection): Connection {
  return instead(connection, {
    create: async (object, items, wanted) => {
      if (definitionOf(connection, object)?.part_of) {
        const places = items.flatMap(({ wire }) => wholeIn(wire) ?? []);
        await connection.remove(
          object,
          places.map((id) => ({ id, version: null })),
          false,
        );
      }
      return connection.create(object, items, wanted);
    },
  });
}

/** Whoever writes a line writes the list that it knows of. */
function lineWriteDropsOthers(connection: Connection): Connection {
  const drop = async (object: string, wholes: readonly string[], known: readonly string[]) => {
    const lines = definitionOf(connection, object)?.lines_of;
    if (!lines) return;
    for (const whole of new Set(wholes)) {
      const found = await connection.find(object, lines.whole, whole);
      const others = found.ok ? found.value.filter(({ id }) => !known.includes(id)) : [];
      await connection.remove(
        object,
        others.map(({ id }) => ({ id, version: null })),
        false,
      );
    }
  };
  return instead(connection, {
    update: async (object, items) => {
      const ids = items.map((item) => item.id);
      await drop(object, ids.map(wholeOf), ids);
      return connection.update(object, items);
    },
  });
}

/** A line that a list, cut short, did not show is gone, without another look. */
function missingLineIsGone(connection: Connection): Connection {
  const listed = new Set<string>();
  const there = new Set<string>();
  async function* noted(object: string, steps: AsyncIterable<ReadStep>): AsyncGenerator<ReadStep> {
    const isLines = definitionOf(connection, object)?.lines_of !== undefined;
    for await (const step of steps) {
      if (isLines && step.kind === 'page') {
        for (const whole of step.complete ?? []) listed.add(`${object} ${whole}`);
        const shown = step.records.length > 1 ? step.records.slice(0, -1) : step.records;
        for (const { id } of shown) there.add(`${object} ${id}`);
        yield { ...step, records: shown };
      } else yield step;
    }
  }
  return instead(connection, {
    read: (request) => noted(request.object, connection.read(request)),
    get: async (object, ids) => {
      const outcomes = await connection.get(object, ids);
      return outcomes.map((outcome, at): GetOutcome => {
        const id = ids[at] ?? '';
        const isMissing = listed.has(`${object} ${wholeOf(id)}`) && !there.has(`${object} ${id}`);
        return isMissing ? { kind: 'gone' } : outcome;
      });
    },
  });
}

export const WITHIN = { moveLeavesOldPlace, partOverwritesAnother, lineWriteDropsOthers, missingLineIsGone };
