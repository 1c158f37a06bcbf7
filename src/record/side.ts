/** The first system of an integration file is side a, the second side b. */
export type Side = 'a' | 'b';

export const SIDES = ['a', 'b'] as const satisfies readonly Side[];

export const otherSide = (side: Side): Side => (side === 'a' ? 'b' : 'a');
