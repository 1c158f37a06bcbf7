import type { Scalar } from './scalar.ts';

/** What an option becomes: of several, the first is written and all lead back; undefined: it has no counterpart. */
export type OptionTarget = string | string[] | undefined;

/** A change of the integration file that a person made in a sheet; rows by their place in the file. */
export type Edit = { mapping: string } & (
  | { kind: 'set'; index: number; key: string; value: Scalar | Record<string, Scalar> | undefined }
  | { kind: 'remove'; index: number }
  | { kind: 'add'; row: Record<string, Scalar | Record<string, Scalar>> }
  | { kind: 'ignore'; system: string; field: string; reason: string | undefined }
  | { kind: 'options'; index: number; options: ReadonlyMap<string, OptionTarget> }
);
