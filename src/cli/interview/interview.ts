import { resolve } from 'node:path';
import { openIntegrationText } from '../../integration/files.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import { type Answers, type Given, isUnknown, textOf } from './answers.ts';
import { type DraftedMapping, draftMappings, unfilled } from './draft-mappings.ts';
import { integrationDraft, withoutFaulty } from './drafted.ts';
import {
  findConnector,
  keptCredentials,
  knownPairs,
  lookInto,
  type Mistaken,
  nameSystems,
  type Surroundings,
  tryCredentials,
} from './find-out.ts';
import { integrationText } from './integration-text.ts';
import { keepAnswers } from './kept.ts';
import { type Known, type KnownSystem, PLACES, type Place, SIDE_OF } from './known.ts';
import { lossesOf } from './losses.ts';
import { makeConnector } from './make-connector.ts';
import type { Prompts } from './prompts.ts';
import { chosenPairs, nextQuestion, type Question, questionsNow } from './questions.ts';
import type { Recognised } from './recognise.ts';
import type { Seen } from './sampled.ts';

export interface InterviewParts {
  around: Surroundings;
  /** Path of the schema for editors, from the integration file. */
  schema: string;
  /** What is answered already, by a file or before. */
  answers: ReadonlyMap<string, Given>;
  /** Systems whose address is the one that the kept credentials were given for. */
  sameAddress: readonly Place[];
  /** Questions that a person was asked before. */
  asked: readonly string[];
  /** Null where nobody sits there. */
  prompts: Prompts | null;
  /** Takes the safe answer where the file has none. */
  yes: boolean;
}

/** How an interview ended: complete, left by the person, or waiting for what nobody knows. */
export type Ending = 'complete' | 'left' | 'waiting';

/** Asks what can't be found out, and finds out everything else. */
export class Interview {
  readonly known: Known = { systems: {}, unrecognised: {}, pairs: null, losses: null };
  readonly answers: Map<string, Given>;
  readonly asked: Set<string>;
  readonly #parts: InterviewParts;
  readonly #recognised: Partial<Record<Place, Recognised>> = {};
  readonly #tried = new Set<Place>();
  #seen: Seen | null = null;
  #drafted: DraftedMapping[] = [];

  constructor(parts: InterviewParts) {
    this.#parts = parts;
    this.answers = new Map(parts.answers);
    this.asked = new Set(parts.asked);
  }

  /** Fails where nobody is there to answer, or to correct an answer. */
  async run(): Promise<Result<Ending, Diagnostic[]>> {
    const { around, prompts } = this.#parts;
    for (;;) {
      const found = await this.#findOut();
      if (around.signal.aborted) return ok('left');
      if (!found.ok) {
        const { diagnostic, ids } = found.error;
        if (!prompts) return fail([diagnostic]);
        prompts.warn([diagnostic.summary, diagnostic.detail, diagnostic.next].filter(Boolean).join('\n'));
        for (const id of ids) this.answers.delete(id);
        if (ids.length === 0) return fail([diagnostic]);
        continue;
      }
      const question = nextQuestion(this.known, this.answers, this.asked);
      if (!question) return ok(this.#isComplete() ? 'complete' : 'waiting');
      const given = await this.#answerTo(question);
      if (!given.ok) return given;
      if (given.value === null) return ok('left');
      this.answers.set(question.id, given.value);
      keepAnswers(around.folder, this.answers, this.asked);
    }
  }

  /** The text of the integration file, by what is known and answered now. */
  text(answers: Answers = this.answers): string {
    return integrationText(
      integrationDraft(this.#systems(), this.#drafted, this.known.losses ?? [], answers, {
        environment: this.#parts.around.environment,
        schema: this.#parts.schema,
      }),
    );
  }

  /** The integration as it would be loaded; credentials that nobody knows yet are taken for known. */
  load(text: string): Promise<Result<LoadedIntegration, Diagnostic[]>> {
    const { folder, environment } = this.#parts.around;
    return openIntegrationText(
      resolve(folder, 'integration.yaml'),
      text,
      environment,
      {},
      { kept: () => 'not known yet' },
    );
  }

  /** Whether these systems, or both, can be asked: no credential is unknown. */
  isReadable(...places: Place[]): boolean {
    return (places.length === 0 ? PLACES : places).every((place) => this.#hasCredentials(place));
  }

  #isComplete(): boolean {
    return this.known.losses !== null && this.#drafted.length > 0;
  }

  #systems(): Record<Place, KnownSystem> {
    const { first, second } = this.known.systems;
    if (!first || !second) throw new Error('The systems are not known yet');
    return { first, second };
  }

  #hasCredentials(place: Place): boolean {
    const { credentials = [] } = this.known.systems[place] ?? {};
    return credentials.every(({ name }) => textOf(this.answers.get(`${place}.credentials.${name}`)) !== undefined);
  }

  async #answerTo(question: Question): Promise<Result<Given | null, Diagnostic[]>> {
    const { prompts, yes } = this.#parts;
    if (yes && question.fallback !== null) return ok(question.fallback);
    if (!prompts) return fail([unanswered(question)]);
    this.asked.add(question.id);
    return ok(await prompts.ask(question, this.asked.size));
  }

  async #findOut(): Promise<Result<void, Mistaken>> {
    for (const step of [this.#recognise, this.#tryCredentials, this.#lookInto, this.#draft]) {
      const faulty = this.#faultyAnswer();
      if (faulty) return fail(faulty);
      const done = await step.call(this);
      if (!done.ok || this.#parts.around.signal.aborted) return done;
    }
    const faulty = this.#faultyAnswer();
    return faulty ? fail(faulty) : ok(undefined);
  }

  /** An answer of a file that its question would not take. */
  #faultyAnswer(): Mistaken | null {
    for (const { id, wrong } of questionsNow(this.known)) {
      const given = this.answers.get(id);
      if (given === undefined || isUnknown(given) || given === 'suggested') continue;
      const fault = [given].flat().flatMap((text) => wrong(text) ?? [])[0];
      if (fault) return { ids: [id], diagnostic: problem('answer-invalid', `${id}: ${fault}`) };
    }
    return null;
  }

  async #recognise(): Promise<Result<void, Mistaken>> {
    const { around } = this.#parts;
    for (const place of PLACES) {
      const address = textOf(this.answers.get(`${place}.address`));
      const named = this.answers.get(`${place}.connector`);
      if (address === undefined || this.#recognised[place] || isUnknown(named)) continue;
      if (this.known.unrecognised[place] !== undefined && named === undefined) continue;
      const found = await findConnector(place, this.answers, around);
      if (found.ok) {
        this.#recognised[place] = found.value;
        delete this.known.unrecognised[place];
        if (named !== undefined) this.known.unrecognised[place] = 'It was named.';
      } else if (found.error.diagnostic.code === 'system-unrecognised') {
        const { summary, detail } = found.error.diagnostic;
        this.known.unrecognised[place] = `${summary}. ${detail ?? ''}`;
      } else return found;
    }
    const { first, second } = this.#recognised;
    if (!first || !second || this.known.systems.first) return ok(undefined);
    this.known.systems = nameSystems(first, second, around);
    for (const place of PLACES) around.tell(this.#systems()[place].found);
    const { sameAddress } = this.#parts;
    for (const [id, value] of await keptCredentials(this.#systems(), sameAddress, around.store)) {
      if (!this.answers.has(id)) this.answers.set(id, value);
    }
    return ok(undefined);
  }

  async #tryCredentials(): Promise<Result<void, Mistaken>> {
    if (!this.known.systems.first) return ok(undefined);
    for (const place of PLACES) {
      if (this.#tried.has(place) || !this.isReadable(place)) continue;
      const tried = await tryCredentials(place, this.#systems()[place], this.answers, this.#parts.around);
      if (!tried.ok) return tried;
      this.#tried.add(place);
    }
    return ok(undefined);
  }

  /** Also where a credential is not known yet: then by what the connectors declare. */
  async #lookInto(): Promise<Result<void, Mistaken>> {
    const { first, second } = this.known.systems;
    if (!first || !second || this.#seen || !this.#areCredentialsSettled()) return ok(undefined);
    this.#parts.around.tell(`Looking into both systems: what do they have in common?`);
    this.#seen = await lookInto({ first, second }, this.answers, this.#parts.around, { readable: this.isReadable() });
    this.known.pairs = knownPairs(this.#seen);
    return ok(undefined);
  }

  #areCredentialsSettled(): boolean {
    return PLACES.every((place) =>
      this.known.systems[place]?.credentials.every(({ name }) => this.answers.has(`${place}.credentials.${name}`)),
    );
  }

  /** The field mappings of the chosen objects, and what they lose. */
  async #draft(): Promise<Result<void, Mistaken>> {
    const { around } = this.#parts;
    if (!this.#seen || !this.answers.has('objects') || this.known.losses) return ok(undefined);
    const pairs = chosenPairs(this.known, this.answers);
    if (pairs.length === 0) return fail({ ids: ['objects'], diagnostic: nothingChosen });
    const made = await this.#makeConnectors(pairs);
    if (!made.ok) return fail({ ids: [], diagnostic: made.error[0] ?? nothingChosen });
    const { first, second } = this.#systems();
    this.#drafted = draftMappings(this.#seen, { a: first.name, b: second.name }, pairs);
    const empty = this.#drafted.find(({ rows }) => rows.length === 0);
    if (empty) return fail({ ids: ['objects'], diagnostic: noFields(empty) });
    const loaded = await this.#loadDraft();
    if (!loaded.ok) return fail({ ids: ['objects'], diagnostic: loaded.error });
    this.known.losses = lossesOf(loaded.value, this.#seen);
    for (const mapping of this.#drafted) around.tell(mappingText(mapping, { a: first.name, b: second.name }));
    return ok(undefined);
  }

  /** The integration as far as it is known; rows that can't stand in it are left out, with the reason. */
  async #loadDraft(): Promise<Result<LoadedIntegration>> {
    for (;;) {
      // What is wished is another matter, and not asked yet.
      const text = this.text(new Map());
      const loaded = await this.load(text);
      if (loaded.ok) return loaded;
      const errors = loaded.error.filter(({ severity }) => severity === 'error');
      const sound = withoutFaulty(this.#drafted, text, errors);
      if (sound === null) return fail(errors[0] ?? nothingChosen);
      this.#drafted = sound;
    }
  }

  /** Connectors that are made of a description are written for the chosen objects, and the systems read anew by them. */
  async #makeConnectors(pairs: readonly { a: string; b: string }[]): Promise<Result<void, Diagnostic[]>> {
    const systems = this.#systems();
    const readable = this.isReadable();
    let made = false;
    for (const place of PLACES) {
      const found = this.#recognised[place];
      if (found?.kind !== 'description') continue;
      const objects = pairs.map((pair) => pair[SIDE_OF[place]]);
      const how = { place, answers: this.answers, readable };
      const system = await makeConnector(found, systems[place], objects, how, this.#parts.around);
      if (!system.ok) return system;
      this.known.systems[place] = system.value;
      made = true;
    }
    if (made) this.#seen = await lookInto(this.#systems(), this.answers, this.#parts.around, { readable });
    return ok(undefined);
  }
}

function mappingText(mapping: DraftedMapping, names: Record<Side, string>): string {
  const { name, rows, match } = mapping;
  const by = match.map(({ fields }) => fields.join(' + ')).join(', else ');
  const missing = SIDES.flatMap((side) => {
    const why = unfilled(mapping, side, names);
    return why === null ? [] : [`Nothing is created in ${names[side]}: ${why}.`];
  });
  const paired = `${name}: ${rows.length} fields are paired; records are matched by ${by || 'nothing'}.`;
  return [paired, ...missing].join(' ');
}

const unanswered = ({ id, ask }: Question): Diagnostic =>
  problem('answer-missing', `There is no answer to ${id}: ${ask}`, {
    next: 'Run the command in a terminal to be asked, or give it in a file: --answers FILE',
  });

const nothingChosen = problem('objects-missing', 'No objects were chosen', {
  next: 'Name pairs of objects, such as `companies = customers`',
});

const noFields = ({ objects }: DraftedMapping): Diagnostic =>
  problem('fields-missing', `${objects.a} and ${objects.b} have no fields that look alike`, {
    next: 'Choose other objects, or write the mapping by hand afterwards',
  });
