import type { Command } from 'commander';
import type { Config } from '../config/schema.js';
import type { Rate } from '../domain/rate.js';
import type { LimitSettings } from '../pipeline/limits.js';
import { countOption, rateOption } from './options.js';

/** The key's limits as every command that asks the service takes them. */
export interface LimitOptions {
  readonly rate?: Rate;
  readonly daily?: number;
  readonly monthly?: number;
}

/** Declares `--rate`, `--daily` and `--monthly`. */
export function declareLimits(command: Command): Command {
  return command
    .option('--rate <n/duration>', 'requests per time of your key, e.g. 4/min', rateOption('--rate'))
    .option('--daily <n>', 'requests per UTC day', countOption('--daily'))
    .option('--monthly <n>', 'requests per UTC month', countOption('--monthly'));
}

/** Flags win over the config file; what neither sets is absent and learnt from the service. Pure. */
export function limitSettings(options: LimitOptions, config: Config): LimitSettings {
  const rate = options.rate ?? config.rate;
  const daily = options.daily ?? config.daily;
  const monthly = options.monthly ?? config.monthly;
  return {
    ...(rate !== undefined && { rate }),
    ...(daily !== undefined && { daily }),
    ...(monthly !== undefined && { monthly }),
  };
}
