import { type Command, InvalidArgumentError } from 'commander';
import { didYouMean } from '../../connector/closest-word.ts';
import type { KeptVariables } from '../../integration/load-systems.ts';
import type { LoadedIntegration, LoadedSystem } from '../../integration/loaded.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { keepVariables, loadVariables } from '../../store/tokens.ts';
import { type Cli, type CommonOptions, toCount, withExamples, withIntegration } from '../command.ts';
import { asksInBrowser, authorize, type ConnectParts, checkByRead, forgetTokens } from '../connect-system.ts';
import { collectVariables, type OpenVariable } from '../connect-variables.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { loadFile, openPlatform } from '../open.ts';
import { type Output, openOutput } from '../output.ts';
import { openState, type State, stateFolder } from '../state.ts';
import { browserText, connectText } from '../views/connect.ts';

interface ConnectOptions extends CommonOptions {
  set?: string[];
  stdin?: boolean;
  again?: boolean;
  browser: boolean;
  port: number;
  localhost?: boolean;
  wait: number;
}

/** Known beforehand, so that its address can be registered with the system. */
const PORT = 8765;
const WAIT_SECONDS = 300;

export function addConnect(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('connect <system>'))
    .summary('the credentials of a system')
    .description(
      'Takes the credentials of a system for one environment, keeps them encrypted, asks for permission in the browser ' +
        'where the system wants that, and tries them with one harmless read.',
    )
    .option('--set <name=value>', 'a variable of the connector that is no secret; may be repeated', collect)
    .option('--stdin', 'read variables from stdin, a line name=value for each: the way for secrets in scripts')
    .option('--again', 'ask for what is kept already, too')
    .option('--no-browser', 'show the address, open no browser')
    .option('--port <number>', 'where the browser comes back to on this machine; 0: any', toPort, PORT)
    .option('--localhost', 'call this machine localhost, where the system does not know 127.0.0.1')
    .option('--wait <seconds>', 'how long to wait for the browser', toCount, WAIT_SECONDS)
    .action(async (system: string, options: ConnectOptions) => {
      cli.exit = await connect(cli, system, options);
    });
  withExamples(
    command,
    'dovetail connect crm',
    'dovetail connect crm --env production --set base_url=https://crm.example.com',
    'printf "client_secret=%s\\n" "$SECRET" | dovetail connect crm --stdin --json',
  );
}

function toPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('Expected a port.');
  return Number(text);
}

const collect = (value: string, before: string[] = []) => [...before, value];

/** What the command works with, once it is known which system of which environment is meant. */
interface Work {
  integration: LoadedIntegration;
  platform: Platform;
  state: State;
  open: OpenVariable[];
}

async function connect(cli: Cli, name: string, options: ConnectOptions): Promise<ExitCode> {
  const { terminal } = cli;
  const output = openOutput(terminal, options.json === true);
  const open = new Map<string, OpenVariable>();
  const kept: KeptVariables = (_, system, variable, text) => {
    if (system === name) open.set(variable, { name: variable, text });
    return '';
  };
  // Without the environment of the process, which is kept as well: what is there today may not be there tomorrow.
  const place = { ...terminal, variables: {} };
  const whole = await loadFile(place, options, { kept });
  // Credentials come before mappings.
  const loaded = whole.ok ? whole : await loadFile(place, options, { kept, systemsOnly: true });
  if (!loaded.ok) return output.failure(EXIT.usage, loaded.error);
  const integration = loaded.value;
  const found = systemNamed(integration, name);
  if (!found.ok) return output.failure(EXIT.usage, [found.error]);
  const platform = await openPlatform(terminal);
  if (!platform.ok) return output.failure(EXIT.usage, [platform.error]);
  const state = openState(terminal, stateFolder(terminal, integration, options.state), platform.value);
  try {
    if (!state.ok) return output.failure(EXIT.failed, [state.error]);
    const work = { integration, platform: platform.value, state: state.value, open: [...open.values()] };
    return await connectSystem(cli, work, found.value, options, output);
  } finally {
    if (state.ok) await state.value.store.close();
    await platform.value.http.close();
  }
}

function systemNamed({ a, b }: LoadedIntegration, name: string): Result<LoadedSystem> {
  const found = [a, b].find((system) => system.name === name);
  if (found) return ok(found);
  const next = didYouMean(name, [a.name, b.name]);
  return fail(problem('system-unknown', `The integration has no system "${name}"`, next ? { next } : {}));
}

async function connectSystem(
  { terminal }: Cli,
  { integration, platform, state, open }: Work,
  system: LoadedSystem,
  options: ConnectOptions,
  output: Output,
): Promise<ExitCode> {
  const before = await loadVariables(state.store, system.name);
  const values = await collectVariables(system.connector, open, {
    set: options.set ?? [],
    input: options.stdin ? ((await terminal.input?.()) ?? '') : null,
    environment: terminal.variables,
    kept: before,
    again: options.again === true,
    ask: terminal.ask ?? null,
  });
  if (!values.ok) return output.failure(EXIT.usage, [values.error]);
  await keepVariables(state.store, system.name, { ...before, ...values.value });
  const given = { ...system.variables, ...values.value };
  const parts: ConnectParts = {
    system: { ...system, variables: withoutEmpty(given) },
    platform,
    store: state.store,
    signal: terminal.signal,
  };
  await forgetTokens(parts);
  const allowed = asksInBrowser(system);
  if (allowed) {
    const done = await authorize(parts, {
      port: options.port,
      host: options.localhost ? 'localhost' : '127.0.0.1',
      patience: options.wait * 1000,
      show: (url, redirectUri) => {
        terminal.err(browserText(url, redirectUri, output.style));
        if (options.browser) terminal.browse?.(url);
      },
    });
    if (!done.ok) return output.failure(EXIT.failed, [done.error]);
  }
  const checked = await checkByRead(
    parts,
    integration.mappings.map(({ objects }) => objects[system.name === integration.a.name ? 'a' : 'b']),
  );
  if (!checked.ok) return output.failure(EXIT.failed, [withHint(checked.error, system.name)]);
  const { environment } = integration;
  const kept = Object.keys(values.value).sort();
  output.document({ system: system.name, environment, kept, allowed, checked: checked.value }, connectText);
  return EXIT.done;
}

/** A variable that nobody gave has its default, or none. */
const withoutEmpty = (variables: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));

const withHint = (diagnostic: Diagnostic, system: string): Diagnostic => ({
  ...diagnostic,
  next: `${diagnostic.next ?? 'Check what was given'}; to give it once more: dovetail connect ${system} --again`,
});
