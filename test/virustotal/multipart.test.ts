import { createHash } from 'node:crypto';
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArtifactError } from '../../src/errors.js';
import type { UploadSource } from '../../src/ports.js';
import { startSimulator } from '../../src/simulate/server.js';
import { multipartBody } from '../../src/virustotal/multipart.js';
import { startHttp } from '../support/http-server.js';
import { failureOf, scannerAt, signal, uploadSource } from './support.js';

const bytesOf = (source: UploadSource) => buffer(multipartBody(source, 'BOUNDARY').stream);

describe('the body of an upload', () => {
  it('has exactly the announced length and the bytes of the file between two delimiters', async () => {
    for (const sizeBytes of [1, 255, 262_143, 262_144, 262_145, 1_000_001]) {
      const content = Buffer.alloc(sizeBytes, sizeBytes % 251);
      const source = uploadSource(content);
      const sent = await bytesOf(source);
      expect(sent.length).toBe(multipartBody(source, 'BOUNDARY').contentLength);
      expect(sent.includes(content)).toBe(true);
      expect(sent.subarray(0, 10).toString()).toBe('--BOUNDARY');
      expect(sent.subarray(-16).toString()).toBe('\r\n--BOUNDARY--\r\n');
    }
  });

  it('has one plain file name in its header and nothing more, whatever the name is', async () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom("a\"; filename*=UTF-8''b", 'a\r\nX-Evil: 1\r\n\r\n', '\u0000', '\u202egpj.exe', 'größe ♥.exe'),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const sent = (await bytesOf(uploadSource(Buffer.from('x'), name))).toString('utf8');
        const [head = ''] = sent.split('\r\n\r\n');
        const lines = head.split('\r\n');
        expect(lines).toHaveLength(3);
        // oxlint-disable-next-line no-control-regex -- their absence is the point
        expect(lines[1]).toMatch(/^Content-Disposition: form-data; name="file"; filename="[^"\u0000-\u001f\u007f]*"$/);
        expect(lines[1]?.replace(/filename="[^"]*"$/, '')).not.toContain('filename*');
      }),
      { numRuns: 60 },
    );
  });
});

describe('an upload to the stand-in', () => {
  it.each(['setup.exe', 'with "quotes" and; semicolons.exe', 'größe ♥ 日本.exe', 'a\r\nX-Evil: 1', 'x'.repeat(300)])(
    'of a file called %j is taken with its bytes unharmed',
    async (name) => {
      await using simulator = await startSimulator({ rate: null });
      const source = uploadSource(Buffer.from('MZ bytes of a program'), name);
      const outcome = await scannerAt(new URL(simulator.url).origin).uploadFile(source, { signal });
      expect(outcome.kind).toBe('accepted');
      expect(simulator.uploads).toMatchObject([{ sha256: source.sha256, accepted: true }]);
    },
  );
});

describe('a file that is not what was hashed any more', () => {
  const content = Buffer.alloc(900_000, 7);
  const changes: readonly [string, (path: string) => void, ArtifactError['code']][] = [
    ['overwritten', (path) => writeFileSync(path, Buffer.alloc(content.length, 8)), 'ARTIFACT_CHANGED'],
    [
      'changed in its last byte',
      (path) => writeFileSync(path, Buffer.concat([content.subarray(1), Buffer.of(8)])),
      'ARTIFACT_CHANGED',
    ],
    ['grown', (path) => appendFileSync(path, 'more'), 'ARTIFACT_CHANGED'],
    ['cut', (path) => truncateSync(path, 400_000), 'ARTIFACT_CHANGED'],
    ['emptied', (path) => truncateSync(path, 0), 'ARTIFACT_CHANGED'],
    ['removed', (path) => rmSync(path), 'ARTIFACT_UNREADABLE'],
  ];

  it.each(changes)('(%s) is cut off before its end: nothing is published', async (_what, change, code) => {
    await using simulator = await startSimulator({ rate: null });
    const source = uploadSource(content);
    change(source.path);
    const error = await failureOf(scannerAt(new URL(simulator.url).origin).uploadFile(source, { signal }));
    expect(error).toBeInstanceOf(ArtifactError);
    expect(error).toMatchObject({ code });
    expect(simulator.uploads).toEqual([]);
  });

  it('never has its last byte sent', async () => {
    const received: Buffer[] = [];
    const ended = { whole: false };
    const server = await startHttp((request) => {
      request.on('data', (chunk: Buffer) => received.push(chunk));
      request.on('end', () => (ended.whole = true));
    });
    const source = uploadSource(content);
    writeFileSync(source.path, Buffer.alloc(content.length, 8));
    await failureOf(scannerAt(server.url).uploadFile(source, { signal }));
    expect(ended.whole).toBe(false);
    expect(Buffer.concat(received).length).toBeLessThan(content.length);
  });
});

describe('the digest that is compared while sending', () => {
  it('is of the bytes sent, in any pieces the disk gives', async () => {
    const content = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 256));
    const sent = await bytesOf(uploadSource(content));
    const start = sent.indexOf('\r\n\r\n') + 4;
    const body = sent.subarray(start, start + content.length);
    expect(createHash('sha256').update(body).digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
  });
});
