import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { UsageError } from '../../src/errors.js';
import type { Collected } from '../../src/ports.js';
import { collectTargets, type CollectOptions } from '../../src/targets/collect.js';

/** A working folder of its own for each test of the file. */
export let cwd: string;

export function useWorkingFolder(): void {
  beforeEach(() => {
    cwd = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'absolve-targets-')));
  });
  afterEach(() => {
    fs.rmSync(cwd, { recursive: true, force: true });
  });
}

/** Writes files under the working folder, each with some content. */
export function tree(...names: readonly string[]): void {
  for (const name of names) {
    const path = join(cwd, name);
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, `content of ${name}`);
  }
}

export function link(name: string, target: string): void {
  fs.symlinkSync(target, join(cwd, name));
}

export async function collect(
  patterns: readonly string[],
  options: Partial<CollectOptions> = {},
): Promise<Collected[]> {
  const all: Collected[] = [];
  const signal = new AbortController().signal;
  for await (const target of collectTargets(patterns, { cwd, signal, platform: 'linux', ...options })) all.push(target);
  return all;
}

/** What came, in short: `file a.exe`, `walked a.exe`, `url …`, `hash …`, `CODE path`. */
export async function brief(patterns: readonly string[], options: Partial<CollectOptions> = {}): Promise<string[]> {
  return (await collect(patterns, options)).map((target) => {
    switch (target.kind) {
      case 'file':
        return `${target.isExplicit ? 'file' : 'walked'} ${target.path}`;
      case 'url':
        return `url ${target.url}`;
      case 'hash':
        return `${target.algorithm} ${target.digest}`;
      case 'problem':
        return `${target.error.code} ${target.path}`;
    }
  });
}

export async function usageErrorOf(
  patterns: readonly string[],
  options: Partial<CollectOptions> = {},
): Promise<UsageError> {
  return collect(patterns, options).then(
    () => expect.fail('something was collected'),
    (error: unknown) => error as UsageError,
  );
}
