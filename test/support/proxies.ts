import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { listen } from './http-server.js';

export interface Proxy {
  readonly url: string;
  /** `CONNECT host:port`, or `METHOD address`, in order of arrival. */
  readonly seen: readonly string[];
  /** Every byte that a client sent through it, tunnels included. */
  readonly bytes: () => Buffer;
}

/**
 * A real proxy on loopback: CONNECT tunnels and plain forwarding. Every name leads to loopback, as a company's proxy is
 * the only one to know the outside.
 *
 * @param refusal answers every request with this status instead
 */
export async function startProxy(refusal?: { readonly status: number; readonly body: string }): Promise<Proxy> {
  const seen: string[] = [];
  const pieces: Buffer[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { 'content-type': 'text/html' }).end(refusal.body);
      return;
    }
    const { hostname, port, pathname, search } = new URL(request.url ?? '');
    pieces.push(Buffer.from(`${hostname} ${JSON.stringify(request.headers)}`));
    const onward = httpRequest(
      { host: '127.0.0.1', port, path: `${pathname}${search}`, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request, client: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    pieces.push(Buffer.from(JSON.stringify(request.headers)));
    client.on('error', () => {});
    if (refusal !== undefined) {
      client.end(
        `HTTP/1.1 ${refusal.status} Refused\r\nContent-Type: text/html\r\n` +
          `Content-Length: ${Buffer.byteLength(refusal.body)}\r\nConnection: close\r\n\r\n${refusal.body}`,
      );
      return;
    }
    const target = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.on('data', (piece: Buffer) => pieces.push(piece));
      client.pipe(target).pipe(client);
    });
    target.on('error', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, seen, bytes: () => Buffer.concat(pieces) };
}

export interface Authority {
  /** PEM of the authority's own certificate. */
  readonly caPath: string;
  readonly key: string;
  readonly cert: string;
}

/** A certificate for `host` by an authority made for the test, as a TLS-inspecting company has one. */
export function makeAuthority(folder: string, host: string): Authority {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test Authority');
  openssl('req', ...ec, '-keyout', 'host.key', '-out', 'host.csr', '-subj', `/CN=${host}`);
  writeFileSync(path('host.ext'), `subjectAltName=DNS:${host},IP:127.0.0.1\n`);
  const sign = ['x509', '-req', '-in', 'host.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl(...sign, '-days', '2', '-extfile', 'host.ext', '-out', 'host.pem');
  return {
    caPath: path('ca.pem'),
    key: readFileSync(path('host.key'), 'utf8'),
    cert: readFileSync(path('host.pem'), 'utf8'),
  };
}

/** The port of an address. */
export function portOf(url: string): number {
  return Number(new URL(url).port);
}
