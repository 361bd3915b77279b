import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { CheckResult } from '../../src/domain/document.js';
import { checkSchema } from '../../src/reports/check-schema.js';
import { runCli } from '../support/cli.js';
import { startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';
import { programBytes, writeTree } from '../support/programs.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { anyArtifact, anyResult } from '../support/documents.js';

/** A type without `readonly`, and with optional members as validators have them, at every depth. */
type Shape<T> = T extends readonly (infer Item)[]
  ? Shape<Item>[]
  : T extends object
    ? {
        -readonly [Key in keyof T]: undefined extends T[Key]
          ? Shape<Exclude<T[Key], undefined>> | undefined
          : Shape<T[Key]>;
      }
    : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Written = Shape<CheckResult>;
type Published = Shape<z.output<typeof checkSchema>>;

/** These lines are checked by the compiler: the first does not compile when a member is missing on either side. */
const isSame: Same<Written, Published> = true;
// @ts-expect-error -- that the comparison can fail: one member less
const isSameWithout: Same<Omit<Written, 'product'>, Published> = true;
// @ts-expect-error -- deep down, too: an optional member less
const isSameWithoutDeep: Same<Written['artifacts'][number], Omit<Published['artifacts'][number], 'md5'>> = true;

describe('the published schema of the result', () => {
  it('says what the type says', () => {
    expect([isSame, isSameWithout, isSameWithoutDeep]).toEqual([true, true, true]);
  });

  it('holds for a real document with detections, evidence, vendors and an error', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': programBytes('a.exe'), 'b.exe': programBytes('b.exe'), 'empty.exe': Buffer.alloc(0) });
    const scenario = parseScenario({
      schemaVersion: 1,
      rules: [{ match: { name: 'a.exe' }, detections: [{ engine: 'Bkav', label: 'W32.AIDetectMalware' }] }],
    });
    const { env } = await startService(folder, { rate: null, scenario });
    const { stdout } = await runCli(
      ['check', '--json', '--upload', '--rate', '20/20ms', 'a.exe', 'b.exe', 'empty.exe', 'f'.repeat(64)],
      { cwd: folder, env },
    );
    const result = checkSchema.parse(JSON.parse(stdout));
    expect(result.artifacts.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['a.exe', 'unproven'],
      ['b.exe', 'clean'],
      ['empty.exe', 'undecided'],
      ['f'.repeat(64), 'undecided'],
    ]);
    expect(result.vendors).toHaveLength(1);
    expect(result.artifacts[0]?.evidence.map(({ kind }) => kind)).toContain('signature');
  });

  it.each([
    ['an unknown member', { surprise: true }],
    ['a null for a list', { vendors: null }],
    ['a time with milliseconds', { startedAt: '2026-11-24T02:00:00.123Z' }],
    ['a digest in capitals', { artifacts: [anyArtifact({ sha256: 'A'.repeat(64) })] }],
  ])('refuses %s', (_, members) => {
    expect(checkSchema.safeParse(anyResult()).success).toBe(true);
    expect(checkSchema.safeParse({ ...anyResult(), ...members }).success).toBe(false);
  });
});
