import { didYouMean } from '../connector/closest-word.ts';
import type { DataPath, YamlDocument } from '../connector/yaml-document.ts';
import type { Diagnostic, Place, Severity } from '../record/diagnostic.ts';

export interface FindingText {
  detail?: string | undefined;
  next?: string | undefined;
}

/** Collects what is found in one document, so that a person hears of all of it at once. */
export class Findings {
  readonly list: Diagnostic[] = [];
  readonly #document: YamlDocument;

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  place(path: DataPath): Place {
    return this.#document.place(path);
  }

  error(code: string, summary: string, path: DataPath, text: FindingText = {}): void {
    this.#add('error', code, summary, path, text);
  }

  warning(code: string, summary: string, path: DataPath, text: FindingText = {}): void {
    this.#add('warning', code, summary, path, text);
  }

  info(code: string, summary: string, path: DataPath, text: FindingText = {}): void {
    this.#add('info', code, summary, path, text);
  }

  /** An error about a name that is none of those known, with the one that was probably meant. */
  unknown(code: string, summary: string, path: DataPath, name: string, known: readonly string[]): void {
    this.error(code, summary, path, { next: didYouMean(name, known) });
  }

  /** Diagnostics of another step; one without a place gets that of `path`. */
  take(diagnostics: readonly Diagnostic[], path: DataPath): void {
    for (const each of diagnostics) this.list.push(each.where ? each : { ...each, where: this.place(path) });
  }

  get failed(): boolean {
    return this.list.some((each) => each.severity === 'error');
  }

  /** In the order of the file. */
  sorted(): Diagnostic[] {
    const position = (each: Diagnostic) => (each.where?.line ?? 0) * 10_000 + (each.where?.column ?? 0);
    return [...this.list].sort((x, y) => position(x) - position(y));
  }

  #add(severity: Severity, code: string, summary: string, path: DataPath, { detail, next }: FindingText): void {
    const where = this.place(path);
    // What both sides of a two-way row have in common is one fault.
    const isSame = (known: Diagnostic) =>
      known.summary === summary && known.where?.line === where.line && known.where?.column === where.column;
    if (this.list.some(isSame)) return;
    this.list.push({
      severity,
      code,
      summary,
      ...(detail === undefined ? {} : { detail }),
      where,
      ...(next === undefined ? {} : { next }),
    });
  }
}
