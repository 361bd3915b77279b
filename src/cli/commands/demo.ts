import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startDownloadHost } from '../../demo/download-host.js';
import { DEMO_SCENARIO } from '../../demo/scenario.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { packageFile } from '../../package-files.js';
import { choosePaint } from '../../reports/style.js';
import { parseScenario } from '../../simulate/parse-scenario.js';
import { startSimulator } from '../../simulate/server.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';
import { run as runCheckCommand } from './check.js';

const SAMPLES = [
  'hello-x64-signed.exe',
  'hello-x64-tampered.exe',
  'setup-signed.exe',
  'setup-unsigned.exe',
  'archive-signed.msi',
  'archive.zip',
];

/** What is behind the demo's download link. */
const DOWNLOAD = 'setup-signed.exe';

/** Who the samples' publisher is, and which root vouches for the certificate. */
const PROFILE = 'fixtures/demo/example-archive.profile.json';
const ROOTS = 'test-root.pem';

/** Fast enough for a demo, slow enough to see the windows work. */
const RATE = { requests: 10, windowMs: 1000 };

/** Declares the options of `demo`: none. */
export function declare(command: Command): void {
  command.addHelpText(
    'after',
    '\nNeeds no key and no network. The verdicts come from a local stand-in and say nothing about any real engine.',
  );
}

/** Checks the shipped samples and one download link against the stand-in, in a store that goes with it. */
export async function run(_invocation: Invocation, io: Io): Promise<ExitCode> {
  const paint = choosePaint(io.env, io.isTty.stderr);
  const samples = packageFile('fixtures/samples');
  const folder = await mkdtemp(join(tmpdir(), 'absolve-demo-'));
  const simulator = await startSimulator({ rate: RATE, analysisMs: 800, scenario: parseScenario(DEMO_SCENARIO) });
  const host = await startDownloadHost(join(samples, DOWNLOAD));
  try {
    await write(
      io.stderr,
      `${paint('bold', 'SIMULATED: these verdicts come from a stand-in inside this program, not from VirusTotal.')}\n` +
        `$ absolve check --upload --product example-archive.profile.json --roots ${ROOTS} ${[...SAMPLES, host.url].join(' ')}\n`,
    );
    await runCheckCommand(
      {
        args: [...SAMPLES, host.url],
        options: {
          upload: true,
          download: true,
          wait: true,
          rate: RATE,
          daily: 500,
          monthly: 15_500,
          product: packageFile(PROFILE),
          roots: ROOTS,
        },
      },
      {
        ...io,
        cwd: samples,
        env: {
          ...withoutProxies(io.env),
          ABSOLVE_VT_URL: simulator.url,
          VT_API_KEY: 'demo',
          ABSOLVE_STORE: join(folder, 'demo.db'),
          ABSOLVE_CONFIG: '',
        },
      },
    );
    await write(
      io.stderr,
      '\nThe same with your files and the real service: set VT_API_KEY, then: absolve check <your files>\n',
    );
    return EXIT.pass;
  } finally {
    await host.close();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything here is on loopback; a proxy would be asked for its own machine. */
function withoutProxies(env: Io['env']): Io['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^https?_proxy$/i.test(name)));
}
