import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startDownloadHost } from '../../demo/download-host.js';
import { DEMO_SCENARIO, withdrawnScenario } from '../../demo/scenario.js';
import { visible } from '../../domain/text.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { packageFile } from '../../package-files.js';
import { choosePaint } from '../../reports/style.js';
import { parseScenario } from '../../simulate/parse-scenario.js';
import { startSimulator } from '../../simulate/server.js';
import type { Invocation } from '../command.js';
import { resolvePath, write, type Io } from '../io.js';
import { run as runCases } from './cases.js';
import { run as runCheckCommand } from './check.js';
import { run as runRecheckCommand } from './recheck.js';
import { run as runReportCommand } from './report.js';

const SAMPLES = [
  'hello-x64-signed.exe',
  'hello-x64-tampered.exe',
  'setup-signed.exe',
  'setup-unsigned.exe',
  'archive-signed.msi',
  'archive.zip',
];

/** What is behind the demo's download link, and what turns out to be a false positive. */
const RELEASE = 'setup-signed.exe';

/** Who the samples' publisher is, and which root vouches for the certificate. */
const PROFILE = 'fixtures/demo/example-archive.profile.json';
const ROOTS = 'test-root.pem';

/** Fast enough for a demo, slow enough to see the windows work. */
const RATE = { requests: 10, windowMs: 1000 };
const LIMITS = { rate: RATE, daily: 500, monthly: 15_500 };

const DAY_MS = 86_400_000;

const HELP = `
Needs no key and no network. The verdicts come from a local stand-in and say nothing about any real engine. The reports stay in --out,
to be looked at; everything else is forgotten.`;

/** Declares the options of `demo`. */
export function declare(command: Command): void {
  command.option('--out <dir>', 'folder for the reports', 'absolve-demo').addHelpText('after', HELP);
}

/** From the check of the shipped samples to the cleared case, against the stand-in, in a store that goes with it. */
export async function run({ options }: Invocation, io: Io): Promise<ExitCode> {
  const out = options['out'] as string;
  const samples = packageFile('fixtures/samples');
  const folder = await mkdtemp(join(tmpdir(), 'absolve-demo-'));
  const host = await startDownloadHost(join(samples, RELEASE));
  const paint = choosePaint(io.env, io.isTty.stderr);
  const say = (text: string): Promise<void> => write(io.stderr, `${paint('bold', text)}\n`);
  const show = (command: string): Promise<void> => write(io.stderr, `\n$ absolve ${visible(command)}\n`);
  const inside: Io = {
    ...io,
    cwd: samples,
    env: {
      ...withoutProxies(io.env),
      VT_API_KEY: 'demo',
      ABSOLVE_STORE: join(folder, 'demo.db'),
      ABSOLVE_CONFIG: '',
    },
  };
  try {
    await say('SIMULATED: these verdicts come from a stand-in inside this program, not from VirusTotal.');
    const targets = [...SAMPLES, host.url];
    await show(`check --upload --product example-archive.profile.json --roots ${ROOTS} ${targets.join(' ')}`);
    const product = packageFile(PROFILE);
    await atService(DEMO_SCENARIO, 6, inside, (there) =>
      runCheckCommand(
        {
          args: targets,
          options: { upload: true, download: true, wait: true, ...LIMITS, product, roots: ROOTS },
        },
        there,
      ),
    );

    await show(`report --product example-archive.profile.json --out ${out}`);
    const report = { out: resolvePath(out, io), product, lang: 'en', samples: true };
    await runReportCommand({ args: [], options: report }, inside);

    await show('cases mark reported --vendor bitdefender');
    await runCases({ args: ['mark', 'reported'], options: { vendor: 'bitdefender' } }, inside);

    await say('\nDays later: Bitdefender has withdrawn the detection, and who runs its engine has followed.');
    for (const daysAgo of [4, 2]) {
      await show('recheck');
      await atService(withdrawnScenario(sha256Of(join(samples, RELEASE))), daysAgo, inside, (there) =>
        runRecheckCommand({ args: [], options: { ...LIMITS, quiet: true } }, there),
      );
    }
    await show('cases');
    await runCases({ args: [], options: {} }, inside);

    await say(
      `\nOpen ${visible(join(out, 'index.html'))}: what each vendor gets. Delete the folder when you have seen it.`,
    );
    await write(
      io.stderr,
      'The same with your files and the real service: set VT_API_KEY, then: absolve check <your files>\n',
    );
    return EXIT.pass;
  } finally {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command against the service as it was so many days ago. */
async function atService(
  scenario: unknown,
  daysAgo: number,
  io: Io,
  work: (io: Io) => Promise<ExitCode>,
): Promise<void> {
  const simulator = await startSimulator({
    rate: RATE,
    analysisMs: 800,
    scenario: parseScenario(scenario),
    now: () => Date.now() - daysAgo * DAY_MS,
  });
  try {
    await work({ ...io, env: { ...io.env, ABSOLVE_VT_URL: simulator.url } });
  } finally {
    await simulator.close();
  }
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Everything here is on loopback; a proxy would be asked for its own machine. */
function withoutProxies(env: Io['env']): Io['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^https?_proxy$/i.test(name)));
}
