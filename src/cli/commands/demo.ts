import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import { ok, type Result } from '../../record/diagnostic.ts';
import { type Cli, withExamples, withJson } from '../command.ts';
import { Story } from '../demo/story.ts';
import { type DemoSystems, startSystems } from '../demo/systems.ts';
import { copyExample } from '../example.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openOutput } from '../output.ts';

interface DemoOptions {
  size: number;
  seed: number;
  keep?: string;
  serve?: boolean;
  json?: boolean;
}

const SIZE = 1000;

export function addDemo(program: Command, cli: Cli): void {
  const command = withJson(program.command('demo'))
    .summary('two sandbox systems, synchronised in front of your eyes')
    .description(
      'Starts a CRM and an ERP on this machine, then checks, plans, syncs, edits records in both as people would, and ' +
        'syncs again. Holds its own claims against both systems: exit code 1 where one did not hold.',
    )
    .option('--size <number>', 'companies in each system', toSize, SIZE)
    .option('--seed <number>', 'another number, other records', toSeed, 1)
    .option('--keep <folder>', 'keep the integration and its state in this folder')
    .option('--serve', 'keep both systems running afterwards, to try commands on them')
    .action(async (options: DemoOptions) => {
      cli.exit = await demo(cli, options);
    });
  withExamples(command, 'dovetail demo', 'dovetail demo --serve', 'dovetail demo --size 5000 --keep my-demo');
}

const SIZES = { least: 50, most: 100_000 };

function toSize(text: string): number {
  const size = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (size >= SIZES.least && size <= SIZES.most) return size;
  throw new InvalidArgumentError(`Expected a number from ${SIZES.least} to ${SIZES.most}.`);
}

function toSeed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a number.');
  return Number(text);
}

async function demo(cli: Cli, options: DemoOptions): Promise<ExitCode> {
  const { size, seed, keep } = options;
  const output = openOutput(cli.terminal, options.json === true);
  const folder = openFolder(cli, options);
  if (!folder.ok) return output.failure(EXIT.usage, [folder.error]);
  const remove = () => {
    if (keep === undefined) rmSync(folder.value, { recursive: true, force: true });
  };
  // Also where the process ends early, as with `| head`.
  process.once('exit', remove);
  const systems = await startSystems(size, seed);
  try {
    writeEnvironment(folder.value, systems);
    const parts = { cli, output, systems, size, seed, folder: folder.value };
    const told = await new Story({ ...parts, kept: keep !== undefined, serving: options.serve === true }).tell();
    if (!told.ok) return output.failure(told.error.exit, told.error.diagnostics);
    if (options.serve) await aborted(cli.terminal.signal);
    return told.value.every((claim) => claim.held) ? EXIT.done : EXIT.failed;
  } finally {
    await systems.close();
    process.off('exit', remove);
    remove();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });

/** A new folder with the example integration, and where the systems are: a temporary one, or the one that was named. */
function openFolder(cli: Cli, { keep }: DemoOptions): Result<string> {
  const folder = keep === undefined ? mkdtempSync(join(tmpdir(), 'dovetail-')) : resolve(cli.terminal.folder, keep);
  const copied = copyExample('crm-erp', folder, false);
  return copied.ok ? ok(folder) : copied;
}

/** So that any command finds both systems from the folder. */
function writeEnvironment(folder: string, { variables }: DemoSystems): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''), { mode: 0o600 });
}
