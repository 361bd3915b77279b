import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failure } from './answer.js';
import { deliver } from './deliver.js';
import { scriptFaults } from './faults.js';
import { largestWindow, type LogEntry, type OpenEntry, type UploadEntry } from './request-log.js';
import { serve, type Service } from './serve.js';
import { resolveSettings, type Settings, type SimulatorOptions } from './settings.js';
import { World } from './world.js';

export type { Fault } from './faults.js';
export type { LogEntry } from './request-log.js';
export type { SimulatorOptions } from './settings.js';

/** A running stand-in for the VirusTotal API. */
export interface Simulator {
  /** What a client needs as its base URL; ends in `/api/v3`. */
  readonly url: string;
  /** Requests in the order of their arrival, those in flight included; the newest 100,000. */
  readonly log: readonly LogEntry[];
  /** Every file that arrived whole, accepted or not. */
  readonly uploads: readonly UploadEntry[];
  /**
   * The largest number of counted requests of one key within any window, refused ones excluded. With a rate set this is
   * what the server let through; without one (`rate: null`) it shows what the client did of its own accord.
   *
   * @param windowMs default: the rate's window, or one minute
   */
  maxInWindow(windowMs?: number): number;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a local VirusTotal API v3 on a real socket. State is in memory and ends with it.
 *
 * @throws the system's error when the address cannot be bound, e.g. `EADDRINUSE`
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = resolveSettings(options);
  const world = new World(settings);
  const log: OpenEntry[] = [];
  const closing = new AbortController();
  const faults = scriptFaults(settings.faults);
  let origin = '';
  const server = createServer((request, response) => {
    void handle(request, response, { settings, service: { world, faults, origin }, log, signal: closing.signal });
  });
  // A 650 MB upload may take its time, and a client may keep its connection over a pause of a window.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 600_000;
  origin = await listen(server, settings);

  const close = async (): Promise<void> => {
    closing.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `${origin}/api/v3`,
    log,
    uploads: world.uploads,
    maxInWindow: (windowMs = settings.rate?.windowMs ?? 60_000) =>
      Math.max(0, ...world.meters.map(({ times }) => largestWindow(times, windowMs))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const LOG_LENGTH = 100_000;

interface Handling {
  readonly settings: Settings;
  readonly service: Service;
  readonly log: OpenEntry[];
  readonly signal: AbortSignal;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { settings, service, log, signal }: Handling,
): Promise<void> {
  const entry: OpenEntry = {
    at: settings.now(),
    method: request.method ?? '',
    route: '?',
    subject: '',
    key: '',
    status: 0,
    counted: false,
    charged: false,
  };
  log.push(entry);
  if (log.length > LOG_LENGTH) log.shift();
  // A connection that breaks is the client's affair, and ends in `status: 0`.
  response.on('error', () => undefined);
  const answer = await serve(request, entry, service).catch((error: unknown) => {
    return failure(500, 'InternalError', error instanceof Error ? error.message : 'unknown');
  });
  entry.status = response.destroyed ? 0 : await deliver(answer, request, response, signal).catch(() => 0);
  settings.onRequest(entry);
}

function listen(server: Server, { port, host }: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { address, family, port: bound } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`);
    });
  });
}
