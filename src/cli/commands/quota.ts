import type { Command } from 'commander';
import { loadConfig } from '../../config/load.js';
import { readQuota, type QuotaReport } from '../../compose.js';
import { formatRate } from '../../domain/rate.js';
import { toIso } from '../../domain/time.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { pad } from '../../reports/columns.js';
import type { Invocation } from '../command.js';
import { write, type Io } from '../io.js';
import { declareLimits, limitSettings, type LimitOptions } from '../limit-options.js';
import { jsonText } from '../../domain/text.js';

interface Options extends LimitOptions {
  readonly json?: boolean;
}

const HELP = `
The ledger in the store has every request that absolve ever spent with this key. The service's own figures stand beside it;
asking for them is free of charge. They differ when the key is used elsewhere too.`;

/** Declares the options of `quota`. */
export function declare(command: Command): void {
  declareLimits(command).option('--json', 'print the figures as JSON').addHelpText('after', HELP);
}

/** Prints the ledger's windows and the service's numbers side by side. */
export async function run({ options: parsed }: Invocation, io: Io): Promise<ExitCode> {
  const options = parsed as Options;
  const config = await loadConfig(io.env, io.cwd);
  const report = await readQuota(limitSettings(options, config), io);
  await write(io.stdout, options.json ? jsonText(toJson(report)) : toTable(report));
  return EXIT.pass;
}

function toJson({ limits, usage, service, note }: QuotaReport): object {
  return {
    limits: { rate: formatRate(limits.rate), daily: limits.daily, monthly: limits.monthly, origin: limits.origin },
    ledger: { ...usage, pausedUntil: usage.pausedUntil === null ? null : toIso(usage.pausedUntil) },
    service: service ?? null,
    ...(note !== undefined && { note }),
  };
}

function toTable({ limits, usage, service, note }: QuotaReport): string {
  const figure = (used: number | undefined, allowed: number | undefined): string =>
    used === undefined ? '-' : `${used} of ${allowed ?? '?'}`;
  const rows = [
    ['', 'this store', 'VirusTotal says'],
    [`window (${formatRate(limits.rate)})`, figure(usage.inWindow, limits.rate.requests), '-'],
    ['hour', '-', figure(service?.hourly?.used, service?.hourly?.allowed)],
    ['day (UTC)', figure(usage.today, limits.daily), figure(service?.daily?.used, service?.daily?.allowed)],
    ['month (UTC)', figure(usage.thisMonth, limits.monthly), figure(service?.monthly?.used, service?.monthly?.allowed)],
    ['free of charge this month', String(usage.freeThisMonth), '-'],
    ['ever', String(usage.total), '-'],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const origin = { settings: 'your settings', service: 'what VirusTotal said once', public: 'the public API' }[
    limits.origin
  ];
  return [
    ...table,
    '',
    `limits: from ${origin}`,
    ...(usage.pausedUntil === null ? [] : [`paused until ${toIso(usage.pausedUntil)}: VirusTotal refused a request`]),
    ...(note === undefined ? [] : [note]),
    '',
  ].join('\n');
}
