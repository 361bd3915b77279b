import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../src/errors.js';
import { always, startHttp } from '../support/http-server.js';
import { apiFailureOf, scannerAt, signal, uploadSource } from './support.js';

const envelope = (code: string, message = 'words of the service'): string =>
  JSON.stringify({ error: { code, message } });

async function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const { url } = await startHttp(always(status, body, headers));
  return scannerAt(url);
}

describe('the documented errors of the service', () => {
  it.each<[number, string, ApiError['code'], ApiError['exit'], boolean]>([
    [400, 'BadRequestError', 'API_BAD_REQUEST', 'incomplete', false],
    [400, 'InvalidArgumentError', 'API_BAD_REQUEST', 'incomplete', false],
    [400, 'NotAvailableYet', 'API_UNAVAILABLE', 'incomplete', true],
    [400, 'UnselectiveContentQueryError', 'API_BAD_REQUEST', 'incomplete', false],
    [400, 'UnsupportedContentQueryError', 'API_BAD_REQUEST', 'incomplete', false],
    [401, 'AuthenticationRequiredError', 'API_AUTH', 'api', false],
    [401, 'UserNotActiveError', 'API_AUTH', 'api', false],
    [401, 'WrongCredentialsError', 'API_AUTH', 'api', false],
    [403, 'ForbiddenError', 'API_FORBIDDEN', 'api', false],
    [424, 'FailedDependencyError', 'API_UNAVAILABLE', 'incomplete', true],
    [429, 'QuotaExceededError', 'API_RATE_LIMITED', 'incomplete', true],
    [429, 'TooManyRequestsError', 'API_RATE_LIMITED', 'incomplete', true],
    [503, 'TransientError', 'API_UNAVAILABLE', 'incomplete', true],
    [504, 'DeadlineExceededError', 'API_UNAVAILABLE', 'incomplete', true],
  ])('%i %s of a look-up is %s', async (status, serviceCode, code, exit, retryable) => {
    const scanner = await answering(status, envelope(serviceCode));
    const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
    expect(error).toMatchObject({ code, exit, retryable, status, serviceCode, ambiguous: false, neverSent: false });
    expect(error.message).toContain('words of the service');
  });

  it.each<[number, string, boolean]>([
    [400, 'BadRequestError', false],
    [401, 'WrongCredentialsError', false],
    [403, 'ForbiddenError', false],
    [424, 'FailedDependencyError', false],
    [429, 'QuotaExceededError', false],
    [503, 'TransientError', true],
    [504, 'DeadlineExceededError', true],
  ])('%i %s of an upload leaves it open whether it arrived: %s', async (status, serviceCode, ambiguous) => {
    const scanner = await answering(status, envelope(serviceCode));
    const error = await apiFailureOf(scanner.uploadFile(uploadSource(Buffer.from('bytes')), { signal }));
    expect(error).toMatchObject({ status, serviceCode, ambiguous });
  });

  it.each<[number, ApiError['code']]>([
    [400, 'API_BAD_REQUEST'],
    [401, 'API_AUTH'],
    [403, 'API_FORBIDDEN'],
    [418, 'API_BAD_REQUEST'],
    [429, 'API_RATE_LIMITED'],
    [500, 'API_UNAVAILABLE'],
    [503, 'API_UNAVAILABLE'],
    [599, 'API_UNAVAILABLE'],
  ])('with a name that nobody documented is judged by its status %i', async (status, code) => {
    const scanner = await answering(status, envelope('BrandNewError'));
    const error = await apiFailureOf(scanner.getAnalysis('id', { signal }));
    expect(error).toMatchObject({ code, status, serviceCode: 'BrandNewError' });
  });

  it.each([409, 422])(
    '%i of any submission means that these bytes are being scanned, whatever its body',
    async (status) => {
      for (const body of [envelope('AlreadySubmittedError'), envelope('AlreadyExistsError'), '<html>', '']) {
        const scanner = await answering(status, body);
        const running = { kind: 'already-running' };
        expect(await scanner.uploadFile(uploadSource(Buffer.from('x')), { signal })).toEqual(running);
        expect(await scanner.rescanFile('a'.repeat(64), { signal })).toEqual(running);
        expect(await scanner.submitUrl('https://example.com/', { signal })).toEqual(running);
        expect(await scanner.rescanUrl('https://example.com/', { signal })).toEqual(running);
      }
    },
  );

  it('413 says that the size is refused', async () => {
    const scanner = await answering(413, '<html>Too large</html>');
    const error = await apiFailureOf(scanner.uploadFile(uploadSource(Buffer.from('x')), { signal }));
    expect(error).toMatchObject({ code: 'API_TOO_LARGE', retryable: false, ambiguous: false });
  });

  it('403 of the quota figures means that the key may not read them', async () => {
    const scanner = await answering(403, envelope('ForbiddenError'));
    expect(await scanner.getQuotas({ signal })).toBeNull();
  });
});

describe('a 404', () => {
  it('with the envelope of the service means unknown', async () => {
    const scanner = await answering(404, envelope('NotFoundError', 'File "a" not found'));
    expect(await scanner.lookupFile('a'.repeat(64), { signal })).toBeNull();
    expect(await scanner.lookupUrl('https://example.com/', { signal })).toBeNull();
    expect(await scanner.getAnalysis('id', { signal })).toEqual({ kind: 'unknown' });
  });

  it.each(['<html>404 Not Found</html>', '', '{}', '{"error":"not found"}', '{"data":null}', 'null'])(
    'of somebody else (%j) is no answer: a private build must not be uploaded because of it',
    async (body) => {
      const scanner = await answering(404, body);
      const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
      expect(error).toMatchObject({ code: 'API_PROTOCOL', retryable: true });
    },
  );
});

describe('a refusal that is not from the service', () => {
  it.each([401, 403])('%i of a proxy or gateway does not blame the key', async (status) => {
    const scanner = await answering(status, '<html>Access to this site is blocked</html>', {
      'content-type': 'text/html',
    });
    const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
    expect(error.exit).toBe('api');
    expect(error.message).toMatch(/not from VirusTotal/);
    expect(error.message).toContain('Access to this site is blocked');
    expect(error.message).not.toMatch(/key/);
    expect(error.hint).toMatch(/proxy/);
  });

  it('407 is the proxy that wants a log-in', async () => {
    const scanner = await answering(407, '');
    const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
    expect(error).toMatchObject({ code: 'API_UNAVAILABLE', status: 407 });
    expect(error.message).toMatch(/proxy/);
    expect(error.hint).toMatch(/HTTPS_PROXY/);
  });

  it('a redirect is not followed, and says where it came from', async () => {
    const scanner = await answering(302, '', { location: 'https://portal.example/' });
    const error = await apiFailureOf(scanner.lookupFile('a'.repeat(64), { signal }));
    expect(error).toMatchObject({ status: 302, retryable: false });
  });
});
