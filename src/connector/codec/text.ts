/** What a system does to texts, as its field declarations say. */
export interface TextLimits {
  max_length?: number | undefined;
  length_unit: 'characters' | 'utf16' | 'bytes';
  characters: 'any' | 'latin1' | 'ascii';
  on_violation: 'park' | 'truncate';
}

/** Longest text a pattern is tried on, so that an unlucky expression has little to chew. */
export const LONGEST_MATCHED = 1000;

/** Compiles a regular expression, with Unicode semantics where its syntax allows; undefined where it is none. */
export function compilePattern(source: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags);
    } catch {
      // The older syntax is tried next; what neither understands is no regular expression.
    }
  }
  return undefined;
}

/** The length of a text in the declared unit; bytes are those of UTF-8, or one each where only Latin-1 is stored. */
export function lengthIn(text: string, limits: Pick<TextLimits, 'length_unit' | 'characters'>): number {
  switch (limits.length_unit) {
    case 'utf16':
      return text.length;
    case 'bytes':
      return limits.characters === 'any' ? Buffer.byteLength(text) : text.length;
    case 'characters': {
      let length = text.length;
      for (let at = 0; at < text.length - 1; at++) if (isPair(text, at)) length--;
      return length;
    }
  }
}

/** Whether the text holds nothing that the system can't store. */
export function fitsCharacters(text: string, characters: TextLimits['characters']): boolean {
  return characters === 'any' || !(characters === 'ascii' ? BEYOND_ASCII : BEYOND_LATIN1).test(text);
}

/** As the system itself would store it: each character it can't hold becomes `?`. */
export function replaceCharacters(text: string, characters: TextLimits['characters']): string {
  if (characters === 'any') return text;
  return text.replace(characters === 'ascii' ? EACH_BEYOND_ASCII : EACH_BEYOND_LATIN1, '?');
}

/** Cuts a text at `max_length` without splitting a character; blanks that the cut leaves at the end go too. */
export function truncate(text: string, limits: TextLimits): string {
  const most = limits.max_length;
  if (most === undefined || (text.length <= most && lengthIn(text, limits) <= most)) return text;
  let length = 0;
  let end = 0;
  for (const character of text) {
    length += lengthIn(character, limits);
    if (length > most) break;
    end += character.length;
  }
  return text.slice(0, end).trimEnd();
}

/**
 * How the system holds a text that was sent to it: replaced, cut and trimmed at the end where the field is declared with
 * `on_violation: truncate`; untouched otherwise. Undefined where it does nothing to any text.
 */
export function compileFit(limits: TextLimits): ((text: string) => string) | undefined {
  if (limits.on_violation !== 'truncate') return undefined;
  const { characters, max_length: most } = limits;
  return (text) => {
    const replaced = fitsCharacters(text, characters) ? text : replaceCharacters(text, characters);
    return (most === undefined ? replaced : truncate(replaced, limits)).trimEnd();
  };
}

const BEYOND_ASCII = /[^\u0000-\u007f]/;
const BEYOND_LATIN1 = /[^\u0000-\u00ff]/;
const EACH_BEYOND_ASCII = /[^\u0000-\u007f]/gu;
const EACH_BEYOND_LATIN1 = /[^\u0000-\u00ff]/gu;

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}
