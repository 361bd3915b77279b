import { copyFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileFormat, Sha256 } from '../../src/domain/artifact.js';
import { Inspector, type InspectionBasis } from '../../src/inspection/inspector.js';
import type { FileState, StoredInspection } from '../../src/ports.js';
import { stateOf } from '../../src/targets/file-state.js';
import { tempFolder } from '../support/temp.js';

const SAMPLES = join(import.meta.dirname, '../../fixtures/samples');
const SHA = 'a'.repeat(64) as Sha256;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 24);
const BASIS: InspectionBasis = { version: '1', anchors: [], pinned: [] };

const readState = async (path: string): Promise<FileState> => stateOf(path, statSync(path, { bigint: true }));

describe('an inspector', () => {
  const remembered = new Map<string, StoredInspection>();
  let now = START;
  let path = '';

  beforeEach(() => {
    remembered.clear();
    now = START;
  });

  /** A sample as it was hashed. */
  async function place(sample: string, format: FileFormat = 'pe') {
    path = join(tempFolder(), sample);
    copyFileSync(join(SAMPLES, sample), path);
    return { sha256: SHA, format, state: await readState(path) };
  }

  async function start(basis = BASIS, signal = new AbortController().signal): Promise<Inspector> {
    const store = {
      findInspections: async (ids: readonly string[], id: string) =>
        new Map(
          ids
            .flatMap((sha256) => [...remembered].filter(([key]) => key === `${sha256} ${id}`))
            .map(([, found]) => [SHA, found]),
        ),
      saveInspections: async (found: ReadonlyMap<string, StoredInspection>, id: string) => {
        for (const [sha256, each] of found) remembered.set(`${sha256} ${id}`, each);
      },
    };
    const inspector = new Inspector({ store, clock: { now: () => now }, signal, readState }, basis);
    await inspector.recall([{ sha256: SHA, format: 'pe' }]);
    return inspector;
  }

  /** Inspects once, and takes the file away: what is known after that is remembered. */
  async function inspectOnce(sample: string) {
    const content = await place(sample);
    const first = await start();
    const found = await first.inspect(content);
    await first.flush();
    rmSync(path);
    return { content, found };
  }

  it('remembers by content, and then reads nothing', async () => {
    const { content, found } = await inspectOnce('hello-x64-signed.exe');
    expect(found?.signature.state).toBe('intact');
    const again = (await start()).inspect(content);
    expect(again).not.toBeInstanceOf(Promise);
    expect(again).toMatchObject({ signature: found!.signature, facts: found!.facts });
  });

  it('keeps neither sections nor imports', async () => {
    const { found } = await inspectOnce('hello-x64-signed.exe');
    expect(found?.facts.versionResource?.companyName).toBe('Example Software GmbH');
    expect(found?.facts).not.toHaveProperty('pe');
  });

  it.each([
    ['another version of the program', { ...BASIS, version: '2' }],
    ['another pinned signer', { ...BASIS, pinned: ['ab'.repeat(20)] }],
  ])('asks anew for %s', async (_, basis) => {
    const { content } = await inspectOnce('hello-x64-signed.exe');
    expect(await (await start(basis)).inspect(content)).toMatchObject({
      signature: { state: 'unreadable', reason: { code: 'file-unreadable' } },
    });
  });

  it('asks anew after a week, and when a clock went back', async () => {
    const { content } = await inspectOnce('hello-x64-signed.exe');
    for (const [days, state] of [
      [7, 'intact'],
      [8, 'unreadable'],
      [-1, 'unreadable'],
    ] as const) {
      now = START + days * DAY_MS;
      expect((await (await start()).inspect(content))?.signature.state, `${days} d`).toBe(state);
    }
  });

  it('asks anew when a certificate ran out and no timestamp shows that it signed before', async () => {
    // The publisher's certificate ends in 2040.
    now = Date.UTC(2040, 0, 1) - 3 * DAY_MS;
    const untimed = await inspectOnce('hello-x64-signed-no-timestamp.exe');
    const end = untimed.found!.signature.signers[0]!.notAfter;
    now = end - DAY_MS;
    const { content } = await inspectOnce('hello-x64-signed-no-timestamp.exe');
    now = end + DAY_MS;
    expect((await (await start()).inspect(content))?.signature.state).toBe('unreadable');
  });

  it('does not let a file speak for the bytes that were hashed before it was put in their place', async () => {
    const content = await place('hello-x64-unsigned.exe');
    copyFileSync(join(SAMPLES, 'hello-x64-signed.exe'), path);
    const inspector = await start();
    expect(await inspector.inspect(content)).toMatchObject({
      signature: { state: 'unreadable', reason: { code: 'file-changed' } },
    });
    await inspector.flush();
    expect(remembered.size).toBe(0);
  });

  it('notices another time at the same size', async () => {
    const content = await place('hello-x64-unsigned.exe');
    utimesSync(path, 1, 1);
    expect(await (await start()).inspect(content)).toMatchObject({ signature: { reason: { code: 'file-changed' } } });
  });

  it('has nothing to say about formats without signatures and texts', async () => {
    const path = join(tempFolder(), 'a.bin');
    writeFileSync(path, 'x');
    expect((await start()).inspect({ sha256: SHA, format: 'other', state: await readState(path) })).toBeUndefined();
  });

  it('reads a file once for its evidence and for what explains it', async () => {
    const content = await place('hello-x64-signed.exe');
    const inspector = await start();
    const first = await inspector.inspect(content);
    rmSync(path);
    // Not written to the store yet: what was just found out is not found out again.
    expect(await inspector.inspect(content)).toEqual(first);
  });

  it('explains a file that is still what was hashed, and no other', async () => {
    const content = await place('hello-x64-unsigned.exe');
    const inspector = await start();
    const codes = async () => (await inspector.explain(content)).map(({ code }) => code);
    expect(await codes()).toContain('unsigned');
    copyFileSync(join(SAMPLES, 'hello-x64-signed.exe'), path);
    expect(await codes()).toEqual([]);
    rmSync(path);
    expect(await codes()).toEqual([]);
    const other = { sha256: SHA, format: 'other', state: content.state } as const;
    expect(await inspector.explain(other)).toEqual([]);
  });

  it('ends when the run is interrupted', async () => {
    const content = await place('hello-x64-signed.exe');
    const inspector = await start(BASIS, AbortSignal.abort(new Error('interrupted')));
    await expect(inspector.inspect(content)).rejects.toThrow('interrupted');
  });
});
