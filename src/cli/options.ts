import { parseRate, type Rate } from '../domain/rate.js';
import { parseDuration } from '../domain/time.js';
import { UsageError } from '../errors.js';

export function durationOption(name: string): (text: string) => number {
  return (text) => parseDuration(text) ?? refuseOption(name, text, 'a duration such as 500ms, 30s, 10min, 2h or 7d');
}

export function rateOption(name: string): (text: string) => Rate {
  return (text) => parseRate(text) ?? refuseOption(name, text, 'a rate such as 4/min or 20/500ms');
}

export function countOption(name: string, greatest = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : 0;
    return count >= 1 && count <= greatest ? count : refuseOption(name, text, `a whole number from 1 to ${greatest}`);
  };
}

export function choiceOption<T extends string>(name: string, choices: readonly T[]): (text: string) => T {
  return (text) => choices.find((choice) => choice === text) ?? refuseOption(name, text, choices.join(', '));
}

/** For option parsers: refuses a value in the words of the command line. */
export function refuseOption(name: string, text: string, wanted: string): never {
  throw new UsageError('CONFIG_USAGE', `${name} got ${JSON.stringify(text)}; wanted ${wanted}`);
}
