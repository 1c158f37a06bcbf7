import * as jinja from '@huggingface/jinja';

/*
 * The part of @huggingface/jinja that is used, with its types: the ones it ships do not resolve under NodeNext. It
 * interprets the parsed template and never makes JavaScript of it.
 */

/** A node of the parsed template. */
export interface Node {
  type: string;
}

export interface Program extends Node {
  body: Node[];
}

/** A value while a template runs: `type` is the name of its class, `value` its content. */
export interface RuntimeValue {
  type: string;
  value: unknown;
  toString(): string;
}

export interface Environment {
  set(name: string, value: unknown): RuntimeValue;
}

export interface Interpreter {
  evaluate(node: Node | undefined, environment: Environment): RuntimeValue;
}

export const Environment: new (parent?: Environment) => Environment = jinja.Environment;
export const Interpreter: new (environment?: Environment) => Interpreter = jinja.Interpreter;

/** Throws where the text is not a template; the message is about the text. */
export const parseTemplate = (source: string): Program =>
  jinja.parse(jinja.tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
