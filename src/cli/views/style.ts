import picocolors from 'picocolors';

/** How a human view is to look. */
export interface Style {
  colours: ReturnType<typeof picocolors.createColors>;
  /** Characters per line. */
  width: number;
}

export const styleOf = (colour: boolean, width: number): Style => ({
  colours: picocolors.createColors(colour),
  width,
});

/** Without colours, 100 characters wide: what tests and pipes see. */
export const PLAIN: Style = styleOf(false, 100);
