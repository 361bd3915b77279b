import { describe, expect, it } from 'vitest';
import { client, KEY, simulate } from './support.js';

const UNKNOWN = `/files/${'0'.repeat(64)}`;

describe('access', () => {
  it('needs a key', async () => {
    await using service = await simulate();
    const { status, body } = await client(service.simulator.url, null).get(UNKNOWN);
    expect([status, body]).toEqual([
      401,
      { error: { code: 'AuthenticationRequiredError', message: 'X-Apikey header is missing' } },
    ]);
  });

  it.each([
    [false, 'Wrong API key'],
    [true, 'Wrong API key: not-it'],
  ])('needs the right key; with the echo %s the answer is %j', async (echoKey, message) => {
    await using service = await simulate({ keys: [KEY], echoKey });
    const { simulator, get } = service;
    const wrong = await client(simulator.url, 'not-it').get(UNKNOWN);
    expect([wrong.status, wrong.body.error]).toEqual([401, { code: 'WrongCredentialsError', message }]);
    expect((await get(UNKNOWN)).status).toBe(404);
    expect(simulator.log.map(({ counted }) => counted)).toEqual([false, true]);
  });

  it.each([
    ['GET', '/files/'],
    ['POST', '/files/'],
    ['GET', `${UNKNOWN}/`],
    ['GET', '/files'],
    ['GET', '/analyzes/x'],
    ['GET', '/files/%ff'],
    ['PUT', UNKNOWN],
    ['POST', `${UNKNOWN}/analyze`],
  ])('to what is not there gets 404: %s %s', async (method, path) => {
    await using service = await simulate();
    const answer = await service.post(path, { method });
    expect([answer.status, answer.body.error.code]).toEqual([404, 'NotFoundError']);
    expect(service.simulator.log[0]).toMatchObject({ route: '?', counted: false });
  });

  it.each([
    ['GET', `${UNKNOWN}/analyses`],
    ['GET', '/private/files/x'],
    ['POST', '/private/files'],
    ['GET', '/monitor/items'],
    ['GET', '/intelligence/search'],
  ])('to premium calls is refused: %s %s', async (method, path) => {
    await using service = await simulate();
    const answer = await service.post(path, { method, ...(method === 'POST' ? { body: 'x'.repeat(100_000) } : {}) });
    expect([answer.status, answer.body.error]).toEqual([
      403,
      { code: 'ForbiddenError', message: 'You are not authorized to perform the requested operation' },
    ]);
  });

  it('to votes and comments of a file finds none', async () => {
    await using service = await simulate({ scenario: { rules: [], known: ['0'.repeat(64)], knownShare: 0 } });
    expect((await service.get(`${UNKNOWN}/votes`)).body.data).toEqual([]);
    expect((await service.get(`/files/${'1'.repeat(64)}/votes`)).status).toBe(404);
  });

  it('is in JSON with the headers of the service', async () => {
    await using service = await simulate();
    const { headers } = await service.get(UNKNOWN);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-cache');
  });
});
