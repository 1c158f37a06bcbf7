import type { FieldDefinition } from '../../connector/field.ts';

/** One system's half of a mapping's sheet. */
export interface SheetSide {
  object: string;
  /** As people call it. */
  label: string;
  fields: Record<string, FieldDefinition>;
}
