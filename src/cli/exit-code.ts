/** What a command's exit says; the same for every command. */
export const EXIT = {
  /** Done, nothing left. */
  done: 0,
  failed: 1,
  /** Wrong usage, or a file that can't be used. */
  usage: 2,
  /** Blocked by the check list. */
  blocked: 3,
  /** Done, but records are parked or in conflict. */
  leftOver: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
