import type { Command } from 'commander';
import { acceptStore, checkGeneration } from '../../store/installation.ts';
import type { Finding } from '../../store/port.ts';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { clockFinding, nodeFinding } from '../doctor-checks.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Runtime } from '../open.ts';
import type { Output } from '../output.ts';
import { doctorText } from '../views/doctor.ts';

interface DoctorOptions extends CommonOptions {
  acceptStore?: boolean;
}

export function addDoctor(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('doctor'))
    .summary('check the installation itself')
    .description('Checks this installation: the store, its age, Node, and the clocks of the systems.')
    .option('--accept-store', 'use this store although it is an older copy: creates since then may be sent once more')
    .action((options: DoctorOptions) =>
      withRuntime(cli, options, (runtime, output) => doctor(cli, runtime, output, options), { anyStore: true }),
    );
  withExamples(command, 'dovetail doctor', 'dovetail doctor --accept-store');
}

async function doctor(cli: Cli, runtime: Runtime, output: Output, options: DoctorOptions): Promise<ExitCode> {
  const { store, installation, integration, platform } = runtime;
  if (options.acceptStore) {
    const accepted = await acceptStore(store, installation);
    if (!accepted.ok) return output.failure(EXIT.failed, [accepted.error]);
    runtime.installation = accepted.value;
  }
  const clocks = await Promise.all([clockFinding(integration.a, platform), clockFinding(integration.b, platform)]);
  const findings: Finding[] = [
    nodeFinding(cli.terminal.nodeVersion),
    { ok: true, what: 'integration', detail: `${integration.name} (${integration.environment}), ${integration.file}` },
    { ok: true, what: 'state', detail: runtime.folder },
    await ageFinding(runtime),
    ...(await store.diagnose()),
    ...clocks.filter((one) => one !== null),
  ];
  output.document({ findings }, doctorText);
  return findings.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
}

async function ageFinding({ store, installation }: Runtime): Promise<Finding> {
  const current = await checkGeneration(store, installation);
  const what = 'age of the store';
  if (current.ok) return { ok: true, what, detail: `It has seen all ${await store.generation()} runs` };
  const { summary, next } = current.error;
  return { ok: false, what, detail: summary, ...(next === undefined ? {} : { next }) };
}
