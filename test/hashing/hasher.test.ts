import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FileFormat } from '../../src/domain/artifact.js';
import { createHasher, WINDOW_BYTES, type FileWindow, type HasherOptions } from '../../src/hashing/hasher.js';
import type { Hasher } from '../../src/ports.js';

let folder: string;
const hashers: Hasher[] = [];

beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'absolve-hashing-'));
});
afterEach(async () => {
  await Promise.all(hashers.splice(0).map((hasher) => hasher.close()));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function makeHasher(options: Partial<HasherOptions> = {}): Hasher {
  const hasher = createHasher({ recognise: () => 'other', ...options });
  hashers.push(hasher);
  return hasher;
}

function writeFile(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  fs.writeFileSync(path, content);
  return path;
}

/** Content that repeats at no distance a chunk could have: a lost or doubled chunk changes the digest. */
function bytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x9e3779b9;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

const digest = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex');
const signal = new AbortController().signal;
const onThreads = { inlineBytes: 0 };

describe('digests', () => {
  it.each([
    ['on the calling thread', {}],
    ['on a thread of its own', onThreads],
  ])('are all three of one file, %s', async (_, options) => {
    const bytes = bytesOf(700_001);
    const path = writeFile('three.bin', bytes);
    const identity = await makeHasher({ inlineBytes: 10_000_000, ...options }).identify(path, {
      md5AndSha1: true,
      signal,
    });
    expect(identity.digests).toEqual({
      sha256: digest('sha256', bytes),
      sha1: digest('sha1', bytes),
      md5: digest('md5', bytes),
    });
  });

  it('are sha256 alone when nothing needs the others', async () => {
    const path = writeFile('one.bin', 'MZ');
    const { digests } = await makeHasher().identify(path, { md5AndSha1: false, signal });
    expect(digests).toEqual({ sha256: digest('sha256', Buffer.from('MZ')) });
  });

  it('agree with openssl for a file of several chunks', async () => {
    const path = writeFile('openssl.bin', bytesOf(3_000_000));
    const [expected] = execFileSync('openssl', ['dgst', '-sha256', '-r', path], { encoding: 'utf8' }).split(' ');
    const { digests } = await makeHasher().identify(path, { md5AndSha1: false, signal });
    expect(digests.sha256).toBe(expected);
  });

  it('and both ends are the same however the file is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.integer({ min: 1, max: 4000 }),
        async (bytes, chunkBytes) => {
          const path = writeFile('chunks.bin', bytes);
          const { digests } = await makeHasher({ chunkBytes }).identify(path, { md5AndSha1: true, signal });
          expect(digests.sha256).toBe(digest('sha256', bytes));
          expect(digests.md5).toBe(digest('md5', bytes));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of many files at once come out right, with fewer threads than files', async () => {
    const hasher = makeHasher({ ...onThreads, threads: 2 });
    const files = Array.from({ length: 40 }, (_, index) => {
      const bytes = bytesOf(1000 + index * 7919);
      return { path: writeFile(`many-${index}.bin`, bytes), sha256: digest('sha256', bytes) };
    });
    const identities = await Promise.all(files.map(({ path }) => hasher.identify(path, { md5AndSha1: false, signal })));
    expect(identities.map(({ digests }) => digests.sha256)).toEqual(files.map(({ sha256 }) => sha256));
  });
});

describe('an identity', () => {
  it('carries the state of the file on disk', async () => {
    const path = writeFile('state.bin', bytesOf(5000));
    const stats = fs.statSync(path, { bigint: true });
    const identity = await makeHasher().identify(path, { md5AndSha1: false, signal });
    expect(identity).toMatchObject({
      path,
      sizeBytes: 5000,
      mtimeNs: String(stats.mtimeNs),
      inode: String(stats.ino),
    });
  });

  it.each([
    [1, 1],
    [WINDOW_BYTES, 1000],
    [WINDOW_BYTES + 1, 100_000],
    [WINDOW_BYTES * 2 - 1, WINDOW_BYTES],
    [300_000, 50_000],
    [300_000, 262_144],
  ])('is recognised by both ends of the file: %i bytes in chunks of %i', async (length, chunkBytes) => {
    const bytes = bytesOf(length);
    const path = writeFile('ends.bin', bytes);
    let seen: { head: Uint8Array; window: FileWindow } | undefined;
    const recognise = (head: Uint8Array, window: FileWindow): FileFormat => {
      seen = { head, window };
      return 'pe';
    };
    const identity = await makeHasher({ recognise, chunkBytes, ...onThreads }).identify(path, {
      md5AndSha1: false,
      signal,
    });
    expect(identity.format).toBe('pe');
    expect(Buffer.compare(seen!.head, bytes.subarray(0, WINDOW_BYTES))).toBe(0);
    expect(Buffer.compare(seen!.window.tail, bytes.subarray(Math.max(0, length - WINDOW_BYTES)))).toBe(0);
    expect(seen!.window.sizeBytes).toBe(length);
  });

  it('lets recognition look anywhere in the file', async () => {
    const bytes = bytesOf(400_000);
    const path = writeFile('anywhere.bin', bytes);
    const seen: Uint8Array[] = [];
    const recognise = (_: Uint8Array, window: FileWindow): FileFormat => {
      seen.push(window.readAt(200_000, 16), window.readAt(399_990, 64), window.readAt(500_000, 16));
      return 'other';
    };
    await makeHasher({ recognise }).identify(path, { md5AndSha1: false, signal });
    expect(seen.map((part) => Buffer.from(part).toString('hex'))).toEqual([
      bytes.subarray(200_000, 200_016).toString('hex'),
      bytes.subarray(399_990).toString('hex'),
      '',
    ]);
  });
});

describe('what cannot be identified', () => {
  const identify = (path: string, options: Partial<HasherOptions> = {}): Promise<unknown> =>
    makeHasher(options).identify(path, { md5AndSha1: false, signal });

  it('is an empty file', async () => {
    await expect(identify(writeFile('empty.exe', ''))).rejects.toMatchObject({ code: 'ARTIFACT_EMPTY' });
  });

  it('is a directory', async () => {
    await expect(identify(folder)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_A_FILE' });
  });

  it('is a FIFO, and it is not opened', async () => {
    const path = join(folder, 'pipe.exe');
    execFileSync('mkfifo', [path]);
    await expect(identify(path)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_A_FILE' });
  });

  it('is a socket', async () => {
    const path = join(folder, 'socket.exe');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    try {
      await expect(identify(path)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_A_FILE' });
    } finally {
      server.close();
    }
  });

  it('is a device', async () => {
    await expect(identify('/dev/zero')).rejects.toMatchObject({ code: 'ARTIFACT_NOT_A_FILE' });
  });

  it('is a file that has gone', async () => {
    await expect(identify(join(folder, 'gone.exe'))).rejects.toMatchObject({ code: 'ARTIFACT_GONE' });
  });

  it('is a path whose folder became a file', async () => {
    await expect(identify(join(writeFile('plain', 'x'), 'inside.exe'))).rejects.toMatchObject({
      code: 'ARTIFACT_GONE',
    });
  });

  it.each<[string, () => string]>([
    [
      'a link in a circle',
      () => {
        const path = join(folder, 'circle.exe');
        fs.symlinkSync(path, path);
        return path;
      },
    ],
    ['a name longer than the file system takes', () => join(folder, 'x'.repeat(300))],
    ['a name that cannot be one', () => 'nul\0inside.exe'],
  ])('is %s', async (_, make) => {
    await expect(identify(make())).rejects.toMatchObject({ code: 'ARTIFACT_UNREADABLE' });
  });

  it('names the file with its control characters made visible', async () => {
    await expect(identify(writeFile('evil\u001b[2J.exe', ''))).rejects.toThrow(/evil\\u\{1b\}\[2J\.exe is empty/);
  });
});

describe('a file that does not keep still', () => {
  // Recognition runs after the read and before the last look at the path: the place for a change that a test can time.
  it.each<[string, (path: string) => void, string]>([
    ['is written to', (path) => fs.appendFileSync(path, 'more'), 'ARTIFACT_CHANGED'],
    ['is touched', (path) => fs.utimesSync(path, new Date(1000), new Date(1000)), 'ARTIFACT_CHANGED'],
    [
      'is replaced by one of the same size and time',
      (path) => {
        const { atime, mtime } = fs.statSync(path);
        fs.writeFileSync(`${path}.new`, bytesOf(5000).reverse());
        fs.utimesSync(`${path}.new`, atime, mtime);
        fs.renameSync(`${path}.new`, path);
      },
      'ARTIFACT_CHANGED',
    ],
    ['is deleted', (path) => fs.rmSync(path), 'ARTIFACT_GONE'],
    [
      'becomes a directory',
      (path) => {
        fs.rmSync(path);
        fs.mkdirSync(path);
      },
      'ARTIFACT_NOT_A_FILE',
    ],
  ])('has no identity when it %s', async (name, change, code) => {
    const path = writeFile(`still-${name.replaceAll(' ', '-')}.exe`, bytesOf(5000));
    fs.utimesSync(path, new Date(1_700_000_000_000), new Date(1_700_000_000_000));
    const recognise = (): FileFormat => {
      change(path);
      return 'other';
    };
    await expect(makeHasher({ recognise }).identify(path, { md5AndSha1: false, signal })).rejects.toMatchObject({
      code,
    });
  });
});

describe('many files under one signal', () => {
  it('put one listener on it', async () => {
    const controller = new AbortController();
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const hasher = makeHasher({ ...onThreads, threads: 1 });
    const path = writeFile('signal.bin', bytesOf(1000));
    await Promise.all(
      Array.from({ length: 30 }, () => hasher.identify(path, { md5AndSha1: false, signal: controller.signal })),
    );
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off('warning', note);
    expect(warnings.map(({ message }) => message)).toEqual([]);
  });

  it('are all rejected with its reason', async () => {
    const controller = new AbortController();
    const hasher = makeHasher({ ...onThreads, threads: 1 });
    const path = writeFile('signals.bin', bytesOf(1000));
    const reading = Array.from({ length: 5 }, () =>
      hasher.identify(path, { md5AndSha1: false, signal: controller.signal }),
    );
    const reason = new Error('enough');
    controller.abort(reason);
    const settled = await Promise.allSettled(reading);
    expect(settled).toEqual(reading.map(() => ({ status: 'rejected', reason })));
  });
});

describe('stopping', () => {
  it('does not begin when the signal is already aborted', async () => {
    const reason = new Error('stop');
    const path = writeFile('aborted.bin', 'x');
    await expect(makeHasher().identify(path, { md5AndSha1: false, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  it('rejects with the reason while a thread reads, and the thread is free for the next file', async () => {
    // Sparse: takes seconds to read and no room on disk.
    const large = join(folder, 'large.bin');
    fs.closeSync(fs.openSync(large, 'w'));
    fs.truncateSync(large, 8 * 1024 ** 3);
    const small = writeFile('after.bin', bytesOf(1000));
    const hasher = makeHasher({ ...onThreads, threads: 1 });
    const controller = new AbortController();
    const reading = hasher.identify(large, { md5AndSha1: true, signal: controller.signal });
    const next = hasher.identify(small, { md5AndSha1: false, signal });
    const startedAt = performance.now();
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
    await expect(next).resolves.toMatchObject({ sizeBytes: 1000 });
    // Reading 8 GiB with three digests takes 30 s and more.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    fs.rmSync(large);
  });

  it('ends the threads on close', async () => {
    const hasher = makeHasher(onThreads);
    await hasher.identify(writeFile('close.bin', bytesOf(1000)), { md5AndSha1: false, signal });
    await hasher.close();
    await expect(hasher.close()).resolves.toBeUndefined();
  });

  it('fails what is still being read on close', async () => {
    const large = join(folder, 'closing.bin');
    fs.closeSync(fs.openSync(large, 'w'));
    fs.truncateSync(large, 8 * 1024 ** 3);
    const hasher = makeHasher({ ...onThreads, threads: 1 });
    const reading = hasher.identify(large, { md5AndSha1: true, signal });
    const settled = expect(reading).rejects.toMatchObject({ code: 'ARTIFACT_UNREADABLE' });
    await hasher.close();
    await settled;
    fs.rmSync(large);
  });
});
