import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type * as Library from '../src/index.js';
import { checked, falsePositive, PUBLISHER } from './support/reports.js';
import { tempFolder } from './support/temp.js';

/** As a program gets it that installs the package: the bundle, not the sources. */
const library = (await import(new URL('../dist/index.js', import.meta.url).href)) as typeof Library;

const { signal } = new AbortController();

it('The library inspects a file', async () => {
  const { files } = await library.runInspect(
    ['fixtures/samples/setup-signed.exe'],
    { roots: 'fixtures/samples/test-root.pem' },
    { cwd: process.cwd(), stdin: Readable.from([]), platform: process.platform, signal, now: Date.now() },
  );
  expect(files).toMatchObject([{ format: 'pe', signature: { state: 'intact', signers: [{ anchored: true }] } }]);
});

it('The library judges, and writes reports about what is a false positive', async () => {
  const out = join(tempFolder(), 'reports');
  const { plan, written } = await library.runReport(
    checked([falsePositive(['Bkav'])]),
    {
      language: 'en',
      publisher: PUBLISHER,
      directory: library.loadDirectory(),
      force: false,
      samples: false,
      out,
    },
    { cwd: out, now: Date.now(), signal },
  );
  expect(plan.reports.map(({ vendor }) => vendor)).toEqual(['Bkav Corporation']);
  expect(written?.document.vendors[0]?.files.message).toBe('bkav-corporation/message.eml');
  expect(existsSync(join(out, 'index.html'))).toBe(true);
  expect(library.judge({ kind: 'file', opinions: 0, detections: [], evidence: [] }).verdict).toBe('undecided');
});
