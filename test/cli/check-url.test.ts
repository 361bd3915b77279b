import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/document.js';
import { parseScenario } from '../../src/simulate/parse-scenario.js';
import { runCli } from '../support/cli.js';
import { startHttp } from '../support/http-server.js';
import { programBytes, writeTree } from '../support/programs.js';
import { FAST_FLAGS, startService } from '../support/service.js';
import { tempFolder } from '../support/temp.js';

const PROGRAM = programBytes('behind the link');
const SHA256 = createHash('sha256').update(PROGRAM).digest('hex');
const check = (...args: readonly string[]) => ['check', ...FAST_FLAGS, '--upload', '--json', ...args];

/** The release site: `/setup.exe` leads to the file, other pages as the test says. */
async function releaseSite(answer?: (response: ServerResponse) => void) {
  return startHttp((request, response) => {
    if (request.url === '/setup.exe' && answer !== undefined) answer(response);
    else if (request.url === '/setup.exe') response.writeHead(302, { location: '/files/setup-1.2.exe' }).end();
    else response.writeHead(200, { 'content-length': PROGRAM.length }).end(PROGRAM);
  });
}

async function checkUrl(url: string, ...flags: readonly string[]) {
  const folder = tempFolder();
  const { env, simulator } = await startService(folder);
  const { stdout, code, stderr } = await runCli(check(...flags, url), { cwd: folder, env });
  return { ...(JSON.parse(stdout) as CheckResult), code, simulator, stdout, stderr, folder, env };
}

describe('absolve check of a URL', () => {
  it('gives the URL’s own verdict and that of the file behind it, each naming the other', async () => {
    const { url } = await releaseSite();
    const { artifacts, code, simulator } = await checkUrl(`${url}/setup.exe`);
    expect(code).toBe(0);
    expect(artifacts).toMatchObject([
      { kind: 'file', name: 'setup-1.2.exe', paths: [], sha256: SHA256, downloadedFrom: `${url}/setup.exe` },
      { kind: 'url', name: `${url}/setup.exe`, url: `${url}/setup.exe`, contains: [SHA256] },
    ]);
    expect(artifacts.map(({ verdict }) => verdict)).toEqual(['clean', 'clean']);
    expect(simulator.uploads.map(({ sha256, filename }) => [sha256, filename])).toEqual([[SHA256, 'setup-1.2.exe']]);
  });

  it('finds the downloaded file to be the one on disk, and uploads it once', async () => {
    const { url } = await releaseSite();
    const folder = tempFolder();
    writeTree(folder, { 'dist/setup.exe': PROGRAM });
    const { env, simulator } = await startService(folder);
    const { stdout } = await runCli(check('dist', `${url}/setup.exe`), { cwd: folder, env });
    expect((JSON.parse(stdout) as CheckResult).artifacts).toMatchObject([
      { kind: 'file', name: 'setup.exe', paths: ['dist/setup.exe'], downloadedFrom: `${url}/setup.exe` },
      { kind: 'url', contains: [SHA256] },
    ]);
    expect(simulator.uploads).toHaveLength(1);
  });

  it('leaves the file out with --no-download', async () => {
    const site = await releaseSite();
    const { artifacts } = await checkUrl(`${site.url}/setup.exe`, '--no-download');
    expect(artifacts).toHaveLength(1);
    expect(artifacts[0]).toMatchObject({ kind: 'url', verdict: 'clean' });
    expect(artifacts[0]?.contains).toBeUndefined();
    expect(site.seen).toEqual([]);
  });

  it('says which of the two is flagged', async () => {
    const { url } = await releaseSite();
    const folder = tempFolder();
    const { env } = await startService(folder, {
      scenario: parseScenario({
        schemaVersion: 1,
        rules: [{ match: { url: '*' }, detections: [{ engine: 'Sophos', category: 'malicious', label: 'malware' }] }],
      }),
    });
    const { stdout, code } = await runCli(check(`${url}/setup.exe`), { cwd: folder, env });
    expect((JSON.parse(stdout) as CheckResult).artifacts.map(({ kind, verdict }) => [kind, verdict])).toEqual([
      ['file', 'clean'],
      ['url', 'unproven'],
    ]);
    expect(code).toBe(1);
  });

  it('does not take an HTML page for the installer: it is neither hashed nor uploaded as one', async () => {
    const { url } = await releaseSite((response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end('<!DOCTYPE html><html><body>\u001b[31mBlocked by your web filter</body></html>');
    });
    const { artifacts, code, simulator } = await checkUrl(`${url}/setup.exe`);
    expect(artifacts).toHaveLength(1);
    expect(artifacts[0]?.error).toMatchObject({ code: 'ARTIFACT_NOT_BINARY', hint: /web scanner/ });
    expect(artifacts[0]?.error?.message).toMatch(/setup\.exe answers 200 with a web page .*: <!DOCTYPE html>/);
    expect(simulator.uploads).toEqual([]);
    // The URL itself is still looked up: what the engines say stands beside the error.
    expect(artifacts[0]?.stats.engines).toBeGreaterThan(0);
    expect(code).not.toBe(0);
  });

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['a page that is not there', 'ARTIFACT_DOWNLOAD', (response) => void response.writeHead(404).end('gone')],
    [
      'a file cut short',
      'ARTIFACT_TRUNCATED',
      (response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('MZ', () => response.destroy());
      },
    ],
    [
      'a redirect in a loop',
      'ARTIFACT_DOWNLOAD',
      (response) => void response.writeHead(302, { location: '/setup.exe' }).end(),
    ],
    [
      'a file that is too large',
      'ARTIFACT_TOO_LARGE',
      (response) => void response.writeHead(200, { 'content-length': 700_000_000 }).write('MZ'),
    ],
    ['a file of no bytes', 'ARTIFACT_EMPTY', (response) => void response.writeHead(200).end()],
  ])('(%s) is that URL’s error, %s, with its address; the URL keeps its verdict', async (_what, errorCode, answer) => {
    const { url } = await releaseSite(answer);
    const { artifacts, code } = await checkUrl(`${url}/setup.exe`);
    expect(artifacts).toMatchObject([{ kind: 'url', verdict: 'clean', error: { code: errorCode } }]);
    expect(artifacts[0]?.error?.message).toContain(`${url}/setup.exe`);
    expect(code).toBe(3);
  });

  it('that cannot be a URL is an error of its own, and the rest goes on', async () => {
    const folder = tempFolder();
    writeTree(folder, { 'a.exe': PROGRAM });
    const { env } = await startService(folder);
    const targets = ['a.exe', 'https://', 'ftp://example.com/a.exe', 'https://name:word@example.com/a.exe'];
    const { stdout, code } = await runCli(check(...targets), { cwd: folder, env });
    const { artifacts } = JSON.parse(stdout) as CheckResult;
    const invalid = artifacts.filter(({ error }) => error?.code === 'ARTIFACT_URL_INVALID');
    expect(invalid.map(({ kind, name }) => [kind, name])).toEqual([
      ['url', 'ftp://example.com/a.exe'],
      ['url', 'https://'],
      ['url', 'https://example.com/a.exe'],
    ]);
    expect(artifacts.find(({ name }) => name === 'a.exe')?.verdict).toBe('clean');
    expect(stdout).not.toContain('word@');
    expect(code).toBe(3);
  });
});
