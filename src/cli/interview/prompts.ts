import process from 'node:process';
import { confirm, isCancel, log, multiselect, password, select, text } from '@clack/prompts';
import { wrap } from '../views/text.ts';
import { type Given, givenAs } from './answers.ts';
import type { Question } from './questions.ts';

/** Whoever answers an interview. */
export interface Prompts {
  /** Null where they leave. `number`: `3`. */
  ask(question: Question, number: number): Promise<Given | null>;
  /** Yes, no, or null where they leave. */
  confirm(message: string): Promise<boolean | null>;
  /** Something that was found out. */
  tell(message: string): void;
  /** Something that is wrong with an answer. */
  warn(message: string): void;
}

/** Everything on stderr: stdout is for results. */
const output = process.stderr;
const UNKNOWN = ' ?';
const OTHERS = ' +';

/** Asks the person at this terminal. */
export const terminalPrompts: Prompts = {
  async ask(question, number) {
    const message = `${number}. ${question.ask}\n${question.why}`;
    const { form } = question;
    if (form.kind === 'text') return askText(question, behindBar(message));
    const given = form.kind === 'choice' ? await askChoice(question, message) : await askChoices(question, message);
    return given === UNKNOWN ? await askWhom() : given;
  },
  async confirm(message) {
    const answer = await confirm({ message, output });
    return isCancel(answer) ? null : answer;
  },
  tell: (message) => log.step(message, { output }),
  warn: (message) => log.warn(message, { output }),
};

/** The lines of a message stand behind the bar that clack draws; it does so itself for lists only. */
const behindBar = (message: string): string => {
  const most = Math.max(20, (output.columns ?? 80) - 4);
  return message
    .split('\n')
    .flatMap((line) => wrap(line, most))
    .join(`\n${grey('│')}  `);
};

const grey = (line: string): string => (process.env.NO_COLOR ? line : `\u001B[90m${line}\u001B[39m`);

async function askText({ form, fallback, wrong }: Question, message: string): Promise<Given | null> {
  const secret = form.kind === 'text' && form.secret;
  const empty = (value: string) =>
    fallback === null ? 'It is needed; or type ? and whom to ask, as in: ? Anna' : value;
  const validate = (value = '') => {
    const given = givenAs(value);
    if (value.trim() === '') return fallback === null ? empty(value) : undefined;
    return typeof given === 'string' ? (wrong(given) ?? undefined) : undefined;
  };
  const example = form.kind === 'text' ? form.example : null;
  const shown = typeof fallback === 'string' ? fallback : example === null ? null : `such as ${example}`;
  const answer = secret
    ? await password({ message, validate, output })
    : await text({
        message,
        validate,
        output,
        ...(shown === null ? {} : { placeholder: `${shown}   (? NAME: ask NAME)` }),
      });
  if (isCancel(answer)) return null;
  return (answer ?? '').trim() === '' && fallback !== null ? fallback : givenAs(answer ?? '');
}

const DONT_KNOW = { value: UNKNOWN, label: "I don't know yet", hint: 'you are asked who does' };

async function askChoice({ form, fallback }: Question, message: string): Promise<string | null> {
  const options = form.kind === 'choice' ? [...form.options, DONT_KNOW] : [];
  const initialValue = typeof fallback === 'string' ? fallback : options[0]?.value;
  const answer = await select({ message, options, output, ...(initialValue === undefined ? {} : { initialValue }) });
  return isCancel(answer) ? null : answer;
}

async function askChoices(question: Question, message: string): Promise<string[] | string | null> {
  const { form, fallback, wrong } = question;
  const options =
    form.kind === 'choices' ? [...form.options, { value: OTHERS, label: 'Others, to be typed' }, DONT_KNOW] : [];
  const initialValues = Array.isArray(fallback) ? fallback : [];
  const answer = await multiselect({ message, options, initialValues, required: true, output });
  if (isCancel(answer)) return null;
  if (answer.includes(UNKNOWN)) return UNKNOWN;
  if (!answer.includes(OTHERS)) return answer;
  const validate = (typed = '') => wrong(typed) ?? undefined;
  const typed = await text({ message: form.kind === 'choices' ? form.others : '', validate, output });
  return isCancel(typed) ? null : [...answer.filter((one) => one !== OTHERS), typed];
}

async function askWhom(): Promise<Given | null> {
  const answer = await text({ message: 'Who knows? A name', output });
  return isCancel(answer) ? null : givenAs(`? ${answer ?? ''}`);
}
