import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { createHasher } from '../../src/hashing/hasher.js';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'absolve-bundled-'));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

it('the threads run in a bundled and minified program too, where the reader has lost its names', async () => {
  const bundle = await rolldown({ input: 'src/hashing/hasher.ts', platform: 'node', logLevel: 'warn' });
  await bundle.write({ dir: folder, format: 'esm', minify: true, entryFileNames: 'hasher.mjs' });
  await bundle.close();
  const module = (await import(pathToFileURL(join(folder, 'hasher.mjs')).href)) as {
    createHasher: typeof createHasher;
  };
  const path = join(folder, 'file.bin');
  fs.writeFileSync(path, 'content');
  const hasher = module.createHasher({ recognise: () => 'other', inlineBytes: 0 });
  const { signal } = new AbortController();
  const { digests } = await hasher.identify(path, { md5AndSha1: false, signal });
  await hasher.close();
  expect(digests.sha256).toBe(createHash('sha256').update('content').digest('hex'));
});
