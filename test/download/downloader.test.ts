import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDownloader, type DownloaderOptions } from '../../src/download/downloader.js';
import { ArtifactError } from '../../src/errors.js';
import { closedPort, startHttp } from '../support/http-server.js';
import { makeAuthority } from '../support/proxies.js';
import { programBytes } from '../support/programs.js';
import { tempFolder } from '../support/temp.js';

const PROGRAM = programBytes('installer', 5000);
const signal = new AbortController().signal;

type Pages = Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>>;

function downloader(options: Partial<DownloaderOptions> = {}) {
  const made = createDownloader({ env: {}, userAgent: 'absolve/test', ...options });
  onTestFinished(() => made.close());
  return made;
}

/** A site with these pages; what it does not have is a 404 page. */
async function site(pages: Pages) {
  return startHttp((request, response) => {
    const page = pages[request.url ?? ''];
    if (page === undefined) response.writeHead(404, { 'content-type': 'text/html' }).end('<html>no such file');
    else page(response, request);
  });
}

const file = (response: ServerResponse): void =>
  void response.writeHead(200, { 'content-length': PROGRAM.length }).end(PROGRAM);
const redirect =
  (to: string, status = 302) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { location: to }).end();

async function refusal(url: string, options: Partial<DownloaderOptions> = {}): Promise<ArtifactError> {
  const outcome = await downloader(options)
    .download(url, { signal })
    .catch((error: unknown) => error);
  if (outcome instanceof ArtifactError) return outcome;
  throw new Error(`expected an ArtifactError, got ${String(outcome)}`);
}

describe('a download', () => {
  it('leaves the bytes in a temporary file, with what happened on the way', async () => {
    const { url } = await site({ '/setup.exe': file });
    const made = downloader();
    const { path, name, facts, head } = await made.download(`${url}/setup.exe#part`, { signal });
    expect(readFileSync(path).equals(PROGRAM)).toBe(true);
    expect(name).toBe('setup.exe');
    expect(facts).toEqual({
      requestedUrl: `${url}/setup.exe#part`,
      redirects: [],
      finalUrl: `${url}/setup.exe`,
      status: 200,
      tls: false,
      announcedBytes: PROGRAM.length,
      receivedBytes: PROGRAM.length,
    });
    expect(Buffer.from(head).equals(PROGRAM.subarray(0, 512))).toBe(true);
    await made.close();
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('without an announced length says only what came', async () => {
    const { url } = await site({ '/a': (response) => void response.writeHead(200).end(PROGRAM) });
    const { facts } = await downloader().download(`${url}/a`, { signal });
    expect(facts.announcedBytes).toBeUndefined();
    expect(facts.receivedBytes).toBe(PROGRAM.length);
  });

  it('of nothing is a file of no bytes', async () => {
    const { url } = await site({ '/a': (response) => void response.writeHead(200, { 'content-length': 0 }).end() });
    expect((await downloader().download(`${url}/a`, { signal })).facts.receivedBytes).toBe(0);
  });

  it('asks for the bytes as they are, and compares lengths of those', async () => {
    const server = await site({ '/a': file });
    await downloader().download(`${server.url}/a`, { signal });
    expect(server.headers[0]).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'absolve/test' });
  });

  it('ends at once when interrupted', async () => {
    const controller = new AbortController();
    const { url } = await site({
      '/a': (response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('MZ');
        controller.abort();
      },
    });
    await expect(downloader().download(`${url}/a`, { signal: controller.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});

describe('redirects', () => {
  it('are followed and recorded in order, relative ones too', async () => {
    const { url } = await site({
      '/a': redirect('/b', 301),
      '/b': redirect('c/d', 307),
      '/c/d': redirect('?x=1', 308),
      '/c/d?x=1': file,
    });
    const { facts, name } = await downloader().download(`${url}/a`, { signal });
    expect(facts.redirects).toEqual([
      { url: `${url}/a`, status: 301 },
      { url: `${url}/b`, status: 307 },
      { url: `${url}/c/d`, status: 308 },
    ]);
    expect(facts.finalUrl).toBe(`${url}/c/d?x=1`);
    expect(name).toBe('d');
  });

  it('in a loop are the error of this URL, after one round', async () => {
    const server = await site({ '/a': redirect('/b'), '/b': redirect('/a#again') });
    const error = await refusal(`${server.url}/a`);
    expect(error).toMatchObject({ code: 'ARTIFACT_DOWNLOAD', exit: 'incomplete' });
    expect(error.message).toMatch(/loop, back to .*\/a$/);
    expect(error.hint).toMatch(/cookie/);
    expect(server.seen).toHaveLength(2);
  });

  it('that never end are given up after ten', async () => {
    const server = await startHttp((request, response) => redirect(`/${Number(request.url?.slice(1)) + 1}`)(response));
    const error = await refusal(`${server.url}/0`);
    expect(error.message).toMatch(/more than 10 times/);
    expect(server.seen).toHaveLength(11);
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/a', 'javascript:alert(1)', 'data:,MZ'])(
    'to %s lead nowhere',
    async (target) => {
      const { url } = await site({ '/a': redirect(target) });
      const error = await refusal(`${url}/a`);
      expect(error.code).toBe('ARTIFACT_DOWNLOAD');
      expect(error.message).toContain(`redirects to ${new URL(target).protocol}`);
    },
  );

  it.each(['', 'Location: http://\r\n', 'Location: http://[\r\n'])(
    'with %j as their target say so',
    async (location) => {
      const { url } = await startHttp((request) => {
        request.socket.end(`HTTP/1.1 302 Found\r\n${location}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      });
      expect((await refusal(url)).message).toMatch(/without saying where to/);
    },
  );
});

describe('what is not the file', () => {
  it.each([404, 410, 500, 503, 304, 403])('status %i is an error with the first bytes of the page', async (status) => {
    const { url } = await startHttp(
      (_request, response) =>
        void response
          .writeHead(status, { 'content-type': 'text/html' })
          .end(status === 304 ? '' : '<html>\u001b[2J\u202egone'),
    );
    const error = await refusal(`${url}/setup.exe`);
    expect(error.code).toBe('ARTIFACT_DOWNLOAD');
    expect(error.message).toContain(`answers with status ${status}`);
    // oxlint-disable-next-line no-control-regex -- their absence is the point
    expect(error.message).not.toMatch(/[\u0000-\u001f\u202e]/);
    if (status !== 304) expect(error.message).toContain('<html>');
    expect(error.hint).toMatch(/--no-download/);
  });

  it('shorter than announced is cut off, not a file', async () => {
    const { url } = await site({
      '/a': (response) => {
        response.writeHead(200, { 'content-length': 5000 });
        response.write(PROGRAM.subarray(0, 3000), () => response.destroy());
      },
    });
    const error = await refusal(`${url}/a`);
    expect(error.code).toBe('ARTIFACT_TRUNCATED');
    expect(error.message).toMatch(/ended after 3000 of 5000 announced bytes/);
    expect(error.hint).toMatch(/web scanner/);
  });

  it('cut in a chunked answer is noticed too', async () => {
    const { url } = await site({
      '/a': (response) => {
        response.writeHead(200);
        response.write(PROGRAM.subarray(0, 3000), () => response.destroy());
      },
    });
    expect((await refusal(`${url}/a`)).code).toBe('ARTIFACT_TRUNCATED');
  });

  it('longer than announced does not pass as the file', async () => {
    const { url } = await startHttp((request) => {
      request.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n${'M'.repeat(20)}`);
    });
    const outcome = await downloader()
      .download(url, { signal })
      .catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ArtifactError);
    else expect((outcome as { facts: object }).facts).toMatchObject({ announcedBytes: 10, receivedBytes: 10 });
  });

  it('over the size bound is refused by its announcement, or when it passes it', async () => {
    const announcing = await site({ '/a': file });
    const error = await refusal(`${announcing.url}/a`, { maxBytes: 4999 });
    expect(error.code).toBe('ARTIFACT_TOO_LARGE');
    expect(error.message).toMatch(/announces 5000 bytes, more than 4999/);
    const silent = await site({ '/a': (response) => void response.writeHead(200).end(PROGRAM) });
    expect((await refusal(`${silent.url}/a`, { maxBytes: 4999 })).message).toMatch(/sent more than 4999 bytes/);
    const exact = await downloader({ maxBytes: 5000 }).download(`${silent.url}/a`, { signal });
    expect(exact.facts.receivedBytes).toBe(5000);
  });

  it('endless silence ends: before the first byte, and in the middle', async () => {
    const { url } = await site({
      '/headers': () => {},
      '/body': (response) => void response.writeHead(200, { 'content-length': 5000 }).write('MZ'),
    });
    for (const path of ['/headers', '/body']) {
      expect((await refusal(`${url}${path}`, { idleTimeoutMs: 80 })).code).toMatch(/ARTIFACT_(DOWNLOAD|TRUNCATED)/);
    }
  });

  it('a slow server is no silent one', async () => {
    const { url } = await site({
      '/a': (response) => {
        response.writeHead(200, { 'content-length': 10 });
        let left = 10;
        const drip = setInterval(() => {
          response.write('M');
          if (--left === 0) clearInterval(drip);
        }, 40);
      },
    });
    const { facts } = await downloader({ idleTimeoutMs: 350 }).download(`${url}/a`, { signal });
    expect(facts.receivedBytes).toBe(10);
  });
});

describe('where nothing can be got', () => {
  it.each(['ftp://example.com/a', 'file:///etc/passwd', 'not a url', 'C:\\setup.exe', ''])(
    '%j is no http or https URL',
    async (url) => {
      expect((await refusal(url)).code).toBe('ARTIFACT_URL_INVALID');
    },
  );

  it('a host that does not exist is named, with its cause and a hint', async () => {
    const error = await refusal('http://host.invalid/setup.exe');
    expect(error.code).toBe('ARTIFACT_DOWNLOAD');
    expect(error.message).toMatch(/host\.invalid.* cannot be reached: .*(ENOTFOUND|EAI_AGAIN)/);
    expect(error.hint).toMatch(/HTTPS_PROXY/);
  });

  it('a port without a listener, and a connection that is reset, too', async () => {
    expect((await refusal(`http://127.0.0.1:${await closedPort()}/`)).message).toMatch(/ECONNREFUSED/);
    const { url } = await startHttp((request) => void request.socket.resetAndDestroy());
    expect((await refusal(url)).message).toMatch(/ECONNRESET/);
  });

  it('a certificate that nobody vouches for is not accepted', async () => {
    const server = await startHttp((_request, response) => file(response), makeAuthority(tempFolder(), 'localhost'));
    const error = await refusal(`${server.url}/setup.exe`);
    expect(error.code).toBe('ARTIFACT_DOWNLOAD');
    expect(error.message).toMatch(/certificate/);
    expect(server.seen).toEqual([]);
  });
});
