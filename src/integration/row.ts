import type { ConnectorDefinition, ObjectDefinition } from '../connector/definition.ts';
import type { FieldDefinition } from '../connector/field.ts';
import type { Side } from '../record/side.ts';
import type { FileDeclared } from './declared.ts';
import type { Findings } from './findings.ts';
import type { ConflictPolicy, LoadedLookup } from './loaded.ts';
import type { FieldMappingFile } from './schema.ts';

/** One side of a mapping while it is loaded. */
export interface SideInFile {
  /** Name of the system. */
  system: string;
  /** Name of the object. */
  object: string;
  definition: ObjectDefinition;
  optionLists: ConnectorDefinition['option_lists'];
}

/** What the checks of one row need to know. */
export interface RowScope {
  mapping: string;
  path: (string | number)[];
  sides: Record<Side, SideInFile>;
  systems: Record<Side, { name: string; connector: ConnectorDefinition }>;
  /** The objects of all mappings of the file, by the mapping's name. */
  mappings: ReadonlyMap<string, Record<Side, string | undefined>>;
  conflict: ConflictPolicy;
  /** What expressions may use besides the record. */
  declared: FileDeclared;
  lookups: readonly LoadedLookup[];
  findings: Findings;
}

/** A row with the declarations of its fields: of both, or of the one that it computes. */
export interface AnyRow {
  file: FieldMappingFile;
  /** '' where the row names no field of that side. */
  names: Record<Side, string>;
  fields: Partial<Record<Side, FieldDefinition>>;
  /** Whether the field of that side is written. */
  writes: Record<Side, boolean>;
}

export interface Row extends AnyRow {
  fields: Record<Side, FieldDefinition>;
}
