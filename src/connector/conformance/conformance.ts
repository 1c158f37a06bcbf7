import type { Diagnostic } from '../../record/diagnostic.ts';
import type { Fields } from '../../record/value.ts';
import type { Connection } from '../port.ts';
import { checkReading, subjectOf } from './reading.ts';
import { type ConformanceReport, Notes, reportOf } from './report.ts';
import { checkWriting } from './writing.ts';

export interface ConformanceOptions {
  /** Read at most about this many records of a list; what needs the end of a longer one is skipped. Default: 1000. */
  most?: number;
}

export interface SuiteOptions extends ConformanceOptions {
  /** Default: all. */
  objects?: readonly string[];
  /**
   * Also creates, updates and removes one marked record of each object that can. `samples`: what these are made of, by
   * object; default: like a record that is there. `token` tells them from those of other runs.
   */
  write?: { token: string; samples?: Readonly<Record<string, Fields>> };
}

/**
 * The standard suite: whether a system, live or recorded, behaves as its connector declares. Every check of every object
 * is in the report, also those that had to be skipped, and why.
 */
export async function checkConnector(connection: Connection, options: SuiteOptions = {}): Promise<ConformanceReport> {
  const { connector } = connection;
  const notes = [];
  for (const object of options.objects ?? Object.keys(connector.objects)) {
    notes.push(...(await checkObject(connection, object, options)));
  }
  return reportOf(connector.connector, notes);
}

/** Whether one object behaves as its connector declares, by reading only. Empty when all is well. */
export async function connectorConformance(
  connection: Connection,
  object: string,
  options: ConformanceOptions = {},
): Promise<Diagnostic[]> {
  const checks = await checkObject(connection, object, options);
  return checks.flatMap((check) => check.diagnostic ?? []);
}

async function checkObject(connection: Connection, object: string, { most = 1000, write }: SuiteOptions) {
  const definition = connection.connector.objects[object];
  if (!definition) throw new Error(`The connector declares no object ${object}`);
  const notes = new Notes(object);
  const subject = subjectOf(connection, object, definition, notes);
  const { records } = await checkReading(subject, most);
  if (write) {
    const like = records.find((record) => !record.archived) ?? null;
    await checkWriting(subject, write.samples?.[object] ?? null, like, write.token);
  }
  return notes.checks;
}
