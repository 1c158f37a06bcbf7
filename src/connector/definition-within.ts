import { z } from 'zod';

/** Objects whose records stand within those of another one, the whole (docs/parts-and-lines.md). */

export const partOfSchema = z.strictObject({
  object: z.string().describe('The object whose records, the wholes, hold these: each at most one'),
  whole: z.string().describe('Name of the reference to the whole, a field that is added to this object'),
  present: z.array(z.string()).min(1).describe('The part is there when one of these fields is filled'),
  creates_whole: z
    .boolean()
    .default(false)
    .describe('A part that names no whole is created together with one; else it is refused'),
});

export const linesOfSchema = z.strictObject({
  object: z.string().describe('The object whose records, the wholes, hold a list of these'),
  path: z.string().describe('Where the list stands in the wire record of the whole'),
  whole: z.string().describe('Name of the reference to the whole, a field that is added to this object'),
  key: z.string().describe('The field that tells the lines of one whole apart'),
  keys: z
    .enum(['sent', 'next', 'server'])
    .default('sent')
    .describe('Who sets the key of a new line: the mapping, Dovetail (one more than the highest), or the system'),
  position: z
    .string()
    .optional()
    .describe('Name of a field that is added where the order counts: the place of the line in the list, from 1'),
});

export type PartOf = z.infer<typeof partOfSchema>;
export type LinesOf = z.infer<typeof linesOfSchema>;
