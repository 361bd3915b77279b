import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseRate, type Rate } from '../../domain/rate.js';
import { visible } from '../../domain/text.js';
import { parseDuration } from '../../domain/time.js';
import { EXIT, UsageError, type ExitCode } from '../../errors.js';
import { parseFault } from '../../simulate/fault-spec.js';
import { FAULT_KINDS } from '../../simulate/faults.js';
import { loadScenario } from '../../simulate/load-scenario.js';
import type { LogEntry } from '../../simulate/request-log.js';
import { startSimulator, type Fault, type Simulator, type SimulatorOptions } from '../../simulate/server.js';
import { DUPLICATE_ANSWERS, RETRY_AFTER_FORMS } from '../../simulate/settings.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';
import { refuseOption } from '../options.js';

const HELP = `
stdout gets the address alone, stderr what to set and one line per request. Ctrl-C ends it with exit status 0.

A fault is a kind, for slow ones and Retry-After a duration, and whom it befalls:
  --fault 503,route=/files,method=POST,nth=2     the second upload, once
  --fault slow-body=5s,route=/analyses/{id}      every poll
  --fault reset-after,subject=setup.exe,times=3  that file, three times
Kinds:
${Object.entries(FAULT_KINDS)
  .map(([kind, meaning]) => `  ${kind.padEnd(22)}${meaning}`)
  .join('\n')}
`;

/** Declares the options of `absolve simulate`. */
export function declare(command: Command): void {
  command
    .option('--port <n>', 'port to listen on (default: any free one)', port)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--rate <n/duration>', 'requests per sliding window and key, or none (default: 4/min)', rate)
    .option('--daily <n>', 'requests per UTC day (default: 500)', count('--daily'))
    .option('--monthly <n>', 'requests per UTC month (default: 15500)', count('--monthly'))
    .option('--analysis-time <time>', 'how long an analysis takes, 2s or 1s-4s (default: 2s)', analysisTime)
    .option('--scenario <file>', 'what is known and which verdicts come (default: nothing known, all clean)')
    .option('--key <key>', 'accepted key, repeatable; these are no real keys (default: any)', collect)
    .option('--fault <fault>', 'scripted failure, repeatable, see below', collectFault)
    .option(
      '--retry-after <form>',
      `header of a 429: ${RETRY_AFTER_FORMS.join(', ')}`,
      oneOf('--retry-after', RETRY_AFTER_FORMS),
    )
    .option(
      '--duplicates <answer>',
      `to bytes in analysis: ${DUPLICATE_ANSWERS.join(', ')}`,
      oneOf('--duplicates', DUPLICATE_ANSWERS),
    )
    .option('--echo-key', 'the answer to a wrong key repeats it, as the service did in 2020')
    .option('--json-log', 'log requests as JSON, one object a line')
    .addHelpText('after', HELP);
}

/** Serves until the signal of `io` is aborted. @throws UsageError for a wrong scenario or an address that cannot be bound */
export async function run({ options }: Invocation, io: Io): Promise<ExitCode> {
  const { rate, scenario, analysisTime, daily, monthly, key, fault, jsonLog, ...rest } = options as SimulateOptions;
  const simulator = await start({
    ...rest,
    ...(rate === undefined ? {} : { rate: rate === 'none' ? null : rate }),
    ...(analysisTime === undefined ? {} : { analysisMs: analysisTime }),
    ...(daily === undefined ? {} : { dailyLimit: daily }),
    ...(monthly === undefined ? {} : { monthlyLimit: monthly }),
    ...(key === undefined ? {} : { keys: key }),
    ...(fault === undefined ? {} : { faults: fault }),
    ...(scenario === undefined ? {} : { scenario: await loadScenario(resolve(io.cwd, scenario)) }),
    onRequest: (entry) => void io.stderr.write(`${jsonLog === true ? JSON.stringify(entry) : logLine(entry)}\n`),
  });
  // Not `await using`: the bundle keeps the syntax, and Node 20 does not know it.
  try {
    await write(io.stderr, greeting(simulator, key?.[0] ?? 'any'));
    await write(io.stdout, `${simulator.url}\n`);
    if (!io.signal.aborted) await once(io.signal, 'abort');
  } finally {
    await simulator.close();
  }
  return EXIT.pass;
}

/** As the option parsers below leave them. */
interface SimulateOptions extends Pick<SimulatorOptions, 'port' | 'host' | 'retryAfter' | 'duplicates' | 'echoKey'> {
  readonly rate?: Rate | 'none';
  readonly analysisTime?: NonNullable<SimulatorOptions['analysisMs']>;
  readonly daily?: number;
  readonly monthly?: number;
  readonly scenario?: string;
  readonly key?: readonly string[];
  readonly fault?: readonly Fault[];
  readonly jsonLog?: boolean;
}

async function start(options: SimulatorOptions): Promise<Simulator> {
  try {
    return await startSimulator(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN'].includes(code))
      throw error;
    throw new UsageError('CONFIG_USAGE', `the address cannot be used: ${message}`, {
      hint: 'choose another --port or --host; without --port any free one is taken',
      cause: error,
    });
  }
}

function greeting({ url }: Simulator, key: string): string {
  return [
    'A local stand-in for the VirusTotal API: its verdicts are simulated. For clients in another terminal:',
    `  export ABSOLVE_VT_URL=${url}`,
    `  export VT_API_KEY=${visible(key)}`,
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}

function logLine({ at, method, route, subject, status, counted, charged }: LogEntry): string {
  const time = new Date(at).toISOString().slice(11, 23);
  const cost = charged ? 'charged' : counted ? 'free' : 'not counted';
  const shown = visible(subject).slice(0, 64);
  return [time, status === 0 ? '---' : status, visible(method).padEnd(4), route, shown, `(${cost})`].join(' ');
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  return refuseOption('--port', text, 'a number from 0 to 65535');
}

/** Not null for none: the option parser would take that for no value at all. */
function rate(text: string): Rate | 'none' {
  if (text === 'none') return text;
  return parseRate(text) ?? refuseOption('--rate', text, 'a rate such as 4/min or 20/500ms, or none');
}

function count(option: string): (text: string) => number {
  return (text) => (/^\d{1,12}$/.test(text) ? Number(text) : refuseOption(option, text, 'a whole number'));
}

function analysisTime(text: string): SimulatorOptions['analysisMs'] {
  const [minMs, maxMs, ...more] = text.split('-').map(parseDuration);
  if (minMs !== undefined && more.length === 0 && text.includes('-') && maxMs !== undefined && minMs <= maxMs) {
    return { minMs, maxMs };
  }
  if (minMs !== undefined && !text.includes('-')) return minMs;
  return refuseOption('--analysis-time', text, 'a duration such as 2s, or a range such as 1s-4s');
}

function oneOf<Value extends string>(option: string, values: readonly Value[]): (text: string) => Value {
  return (text) => values.find((value) => value === text) ?? refuseOption(option, text, values.join(', '));
}

function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function collectFault(text: string, previous: readonly Fault[] = []): readonly Fault[] {
  const fault = parseFault(text);
  return typeof fault === 'string' ? refuseOption('--fault', text, `a fault: ${fault}`) : [...previous, fault];
}
