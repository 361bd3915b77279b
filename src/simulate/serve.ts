import type { IncomingMessage } from 'node:http';
import { identify, quotaAnswer, weigh } from './admission.js';
import { failure, type Answer } from './answer.js';
import type { Exchange } from './exchange.js';
import { alter, replacementFor } from './fault-answers.js';
import type { Fault, FaultScript } from './faults.js';
import { drain } from './receive-file.js';
import { maskKey, type OpenEntry } from './request-log.js';
import { findRoute, type RouteMatch } from './routes.js';
import type { World } from './world.js';

/** What answers need beside the request itself. */
export interface Service {
  readonly world: World;
  readonly faults: FaultScript;
  /** Address of the server where the request does not say how it was reached. */
  readonly origin: string;
}

/**
 * One request's way: key, path, quota, faults, handler. Writes into `entry` what the log shows.
 * The body is always read to its end before an answer, as the service's front end does, except for a reset.
 *
 * @throws when the client goes away in the middle of its body
 */
export async function serve(request: IncomingMessage, entry: OpenEntry, service: Service): Promise<Answer> {
  const answer = await decide(request, entry, service);
  if (answer.delivery?.reset !== true && !request.complete) await drain(request);
  return answer;
}

async function decide(request: IncomingMessage, entry: OpenEntry, service: Service): Promise<Answer> {
  const { world } = service;
  const address = parseAddress(request.url ?? '/');
  if (address === undefined) return failure(400, 'BadRequestError', 'The request address is malformed');
  const match = findRoute(entry.method, address.pathname);
  if (match !== undefined) entry.route = match.route.pattern;
  const identity = identify(request, world.settings);
  if (identity.refusal !== undefined) return identity.refusal;
  const { key } = identity;
  entry.key = maskKey(key);
  if (match === undefined) return failure(404, 'NotFoundError', 'Resource not found');
  entry.subject = subjectOf(match, world, key);

  const { refusal, fault } = admit(match, key, entry, service);
  if (refusal !== undefined) return refusal;
  const late: LateFault = { fault };
  const exchange = createExchange({ request, entry, service, match, key, query: address.searchParams, late });
  const answer = await match.route.handler(exchange);
  return late.fault === undefined ? answer : alter(answer, late.fault);
}

interface Admitted {
  readonly refusal?: Answer | undefined;
  /** Will change the answer. */
  readonly fault?: Fault | undefined;
}

/** Quota first, so that a refused request does not use up a fault; then the faults that take the answer's place. */
function admit(match: RouteMatch, key: string, entry: OpenEntry, { world, faults }: Service): Admitted {
  const { refused, counted, charged } = weigh(match, world, key, entry.at);
  if (refused) return { refusal: quotaAnswer(world, key, entry.at) };
  const fault = faults.onArrival(entry);
  const refusal = fault === undefined ? undefined : replacementFor(fault, entry.at);
  // A scripted 429 is a refusal like a real one: it uses nothing up.
  if (refusal?.status === 429) return { refusal };
  if (counted) world.meterOf(key).count(entry.at);
  if (charged) world.meterOf(key).charge(entry.at, match.route.endpoint);
  Object.assign(entry, { counted, charged });
  return { refusal, fault };
}

/** The fault that will change the answer: known on arrival, or when the body has told what it is about. */
interface LateFault {
  fault: Fault | undefined;
}

interface Parts {
  readonly request: IncomingMessage;
  readonly entry: OpenEntry;
  readonly service: Service;
  readonly match: RouteMatch;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly late: LateFault;
}

function createExchange({ request, entry, service, match, key, query, late }: Parts): Exchange {
  const { world, faults } = service;
  const origin = originOf(request) ?? service.origin;
  return {
    request,
    params: match.params,
    query,
    key,
    world,
    settings: world.settings,
    now: entry.at,
    origin,
    root: `${origin}/api/v3`,
    name: (subject) => {
      entry.subject = subject;
    },
    onReceipt: ({ sha256, filename }) => {
      const fault = faults.onReceipt(entry, filename);
      late.fault ??= fault;
      const replacement = fault === undefined ? undefined : replacementFor(fault, entry.at);
      if (replacement !== undefined) return replacement;
      const meter = world.meterOf(key);
      if (world.findFile(sha256) === undefined) return undefined;
      if (!meter.hasQuota(entry.at)) return quotaAnswer(world, key, entry.at);
      meter.charge(entry.at, match.route.endpoint);
      entry.charged = true;
      return undefined;
    },
  };
}

function parseAddress(target: string): URL | undefined {
  const address = `http://localhost${target}`;
  return target.startsWith('/') && URL.canParse(address) ? new URL(address) : undefined;
}

/** As the client reached the server, so that links work through forwarded ports and container names. */
function originOf(request: IncomingMessage): string | undefined {
  const { host } = request.headers;
  return host !== undefined && /^[\w.-]+(?::\d+)?$|^\[[\da-f:]+\](?::\d+)?$/i.test(host) ? `http://${host}` : undefined;
}

/** What the log says before a handler knows better. Never a key and never an upload token. */
function subjectOf({ route, params }: RouteMatch, world: World, key: string): string {
  const id = params['id'] ?? '';
  if (route.endpoint === 'users') return id === key ? maskKey(key) : id;
  return route.endpoint === 'analyses' ? (world.findAnalysis(id)?.item.id ?? id) : id;
}
