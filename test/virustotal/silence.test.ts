import { describe, expect, it } from 'vitest';
import { startSimulator, type SimulatorOptions } from '../../src/simulate/server.js';
import { closedPort, startHttp } from '../support/http-server.js';
import { apiFailureOf, failureOf, scannerAt, signal, uploadSource } from './support.js';

type Faults = NonNullable<SimulatorOptions['faults']>;

async function faulty(faults: Faults, idleTimeoutMs = 5000) {
  const simulator = await startSimulator({ rate: null, faults });
  return {
    simulator,
    scanner: scannerAt(new URL(simulator.url).origin, { idleTimeoutMs }),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

const SHA = 'a'.repeat(64);

describe('a connection that fails', () => {
  it.each(['reset', 'reset-after', 'cut'] as const)('(%s) is no answer, and may be tried again', async (kind) => {
    await using service = await faulty([{ kind }]);
    const error = await apiFailureOf(service.scanner.lookupFile(SHA, { signal }));
    expect(error).toMatchObject({ code: 'API_UNAVAILABLE', retryable: true, ambiguous: false, neverSent: false });
  });

  it.each(['reset', 'reset-after', 'cut'] as const)(
    '(%s) after an upload leaves it open whether it arrived',
    async (kind) => {
      await using service = await faulty([{ kind }]);
      const error = await apiFailureOf(service.scanner.uploadFile(uploadSource(Buffer.from('MZ')), { signal }));
      expect(error).toMatchObject({ code: 'API_UNAVAILABLE', retryable: true, ambiguous: true, neverSent: false });
    },
  );

  it('before it exists is certain to have cost nothing', async () => {
    const scanner = scannerAt(`http://127.0.0.1:${await closedPort()}`);
    for (const call of [
      scanner.lookupFile(SHA, { signal }),
      scanner.uploadFile(uploadSource(Buffer.from('MZ')), { signal }),
    ]) {
      const error = await apiFailureOf(call);
      expect(error).toMatchObject({ code: 'API_UNAVAILABLE', ambiguous: false, neverSent: true });
      expect(error.message).toMatch(/VirusTotal cannot be reached/);
      expect(error.hint).toMatch(/HTTPS_PROXY/);
    }
  });

  it('because no such host exists is the same', async () => {
    const error = await apiFailureOf(scannerAt('http://vt.invalid').lookupFile(SHA, { signal }));
    expect(error).toMatchObject({ code: 'API_UNAVAILABLE', neverSent: true });
  });
});

describe('a silent service', () => {
  it('is given up after the longest silence', async () => {
    await using service = await faulty([{ kind: 'slow-headers', durationMs: 10_000 }], 60);
    const error = await apiFailureOf(service.scanner.lookupFile(SHA, { signal }));
    expect(error).toMatchObject({ code: 'API_UNAVAILABLE', retryable: true });
  });

  it('is given up in the middle of an answer too', async () => {
    const { url } = await startHttp((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"data":');
    });
    const error = await apiFailureOf(scannerAt(url, { idleTimeoutMs: 60 }).lookupFile(SHA, { signal }));
    expect(error).toMatchObject({ code: 'API_UNAVAILABLE', retryable: true });
  });

  it('is not confused with a slow one: each piece counts as a sign of life', async () => {
    // Eight pieces over 640 ms, each 80 ms after the last: longer in total than the longest silence.
    await using service = await faulty([{ kind: 'slow-body', durationMs: 640, route: '/files/{id}' }], 400);
    expect(await service.scanner.lookupFile(SHA, { signal })).toBeNull();
  });
});

describe('an interruption', () => {
  it('ends a call on the wire at once', async () => {
    await using service = await faulty([{ kind: 'slow-headers', durationMs: 10_000 }]);
    const controller = new AbortController();
    const call = failureOf(service.scanner.lookupFile(SHA, { signal: controller.signal }));
    const poll = setInterval(() => {
      if (service.simulator.log.length > 0) controller.abort();
    }, 1);
    expect(await call).toMatchObject({ code: 'INTERRUPTED' });
    clearInterval(poll);
  });
});
