/** Something that was found out about the API, with what it rests on. */
export interface Finding<T> {
  value: T;
  ground: 'declared' | 'inferred' | 'assumed';
  because: string;
}

export const declared = <T>(value: T, because: string): Finding<T> => ({ value, ground: 'declared', because });
export const inferred = <T>(value: T, because: string): Finding<T> => ({ value, ground: 'inferred', because });
export const assumed = <T>(value: T, because: string): Finding<T> => ({ value, ground: 'assumed', because });
