import type { IncomingMessage } from 'node:http';
import { failure, quotaExceeded, type Answer } from './answer.js';
import { withRetryAfter } from './fault-answers.js';
import type { RouteMatch } from './routes.js';
import type { Settings } from './settings.js';
import { isOwn } from './routes.js';
import type { World } from './world.js';

export type Identity = { readonly key: string; readonly refusal?: never } | { readonly refusal: Answer };

/** The key of a request, or the 401 that it gets. */
export function identify(request: IncomingMessage, { keys, echoKey }: Settings): Identity {
  const header = request.headers['x-apikey'];
  const key = typeof header === 'string' ? header.trim() : '';
  if (key === '') return { refusal: failure(401, 'AuthenticationRequiredError', 'X-Apikey header is missing') };
  if (keys !== null && !keys.has(key)) {
    const message = echoKey ? `Wrong API key: ${key}` : 'Wrong API key';
    return { refusal: failure(401, 'WrongCredentialsError', message) };
  }
  return { key };
}

export interface Admission {
  /** Whether it takes a place in the minute window. */
  readonly counted: boolean;
  /** Whether it is charged to day and month on arrival. */
  readonly charged: boolean;
  /** Whether there is no place or no quota for it; it is then neither counted nor charged. */
  readonly refused: boolean;
}

/** What a request would use, and whether that is left. Changes nothing: a fault may still come in between. */
export function weigh(match: RouteMatch, world: World, key: string, now: number): Admission {
  const { charging } = match.route;
  const meter = world.meterOf(key);
  const counted = charging !== 'exempt';
  const charged = charging === 'always' || (charging === 'unless-own' && !isOwn(match, world, key));
  return { counted, charged, refused: (counted && !meter.hasRoom(now)) || (charged && !meter.hasQuota(now)) };
}

/** The 429 that the settings choose. */
export function quotaAnswer(world: World, key: string, now: number): Answer {
  return withRetryAfter(quotaExceeded(), world.settings.retryAfter, world.meterOf(key).waitMs(now), now);
}
