/** A piece of HTML in which all that is not our own text has been escaped. */
export class Markup {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
}

export type Content = Markup | string | number | null | readonly Content[];

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => ESCAPES[mark] ?? mark);

function textOf(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.html;
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return content.map(textOf).join('');
}

/** HTML with its values escaped; pieces of it are put in as they are, null as nothing, lists one after the other. */
export const html = (texts: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(texts.map((text, at) => text + textOf(values[at] ?? null)).join(''));
