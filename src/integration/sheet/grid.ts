/** A sheet as it was read: texts, and what is no text. */
export interface Grid {
  name: string;
  /** The file it stands in. */
  file: string;
  rows: GridCell[][];
}

export interface GridCell {
  text: string;
  /** A formula, or the error that one gave: neither is a value that a person typed. */
  fault: 'formula' | 'error' | null;
}

/** What is read at most; a mapping of thousands of fields is far below. */
export const GRID_LIMITS = {
  fileBytes: 10_000_000,
  archiveEntries: 500,
  unpackedBytes: 100_000_000,
  rows: 20_000,
  /** Of a sheet, with the empty ones between them. */
  cells: 1_000_000,
} as const;
