import { PUBLIC_LIMITS, type QuotaLimits } from '../domain/quota.js';
import type { Rate } from '../domain/rate.js';
import { ApiError } from '../errors.js';
import type { Clock, Ledger, Scanner, SeededLimits, ServiceQuotas } from '../ports.js';
import { Dispatcher } from './dispatcher.js';

/** What the user set; the rest is learnt once. */
export interface LimitSettings {
  readonly rate?: Rate;
  readonly daily?: number;
  readonly monthly?: number;
}

export interface Limits extends QuotaLimits {
  readonly origin: 'settings' | SeededLimits['origin'];
}

interface LimitDeps {
  readonly ledger: Ledger;
  readonly scanner: Pick<Scanner, 'getQuotas'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * The limits of the key: settings first, then what the service said once, then the public ones. Costs one free request the
 * first time a key is used with this store, none when all three are set.
 *
 * @throws ApiError `API_AUTH`
 */
export async function resolveLimits(settings: LimitSettings, deps: LimitDeps): Promise<Limits> {
  const { rate, daily, monthly } = settings;
  if (rate !== undefined && daily !== undefined && monthly !== undefined) {
    return { rate, daily, monthly, origin: 'settings' };
  }
  const seeded = (await deps.ledger.readLimits()) ?? (await seed(settings.rate ?? PUBLIC_LIMITS.rate, deps));
  return { ...seeded, ...settings };
}

async function seed(rate: Rate, deps: LimitDeps): Promise<SeededLimits> {
  const answer = await askQuotas(deps, { rate });
  const limits = limitsFrom(answer.kind === 'known' ? answer.quotas : null);
  // A service that could not be reached has said nothing about this key: asked again next time.
  if (answer.kind !== 'unreachable') await deps.ledger.saveLimits(limits);
  return limits;
}

export type QuotaAnswer =
  | { readonly kind: 'known'; readonly quotas: ServiceQuotas }
  /** The key may not read them. */
  | { readonly kind: 'withheld'; readonly note: string }
  | { readonly kind: 'unreachable'; readonly note: string };

/**
 * The service's accounting: one free request, paced like any other.
 *
 * @throws ApiError `API_AUTH`: a refused key ends the run; a service out of reach is `unreachable`
 */
export async function askQuotas(
  { ledger, scanner, clock, signal }: LimitDeps,
  limits: QuotaLimits,
): Promise<QuotaAnswer> {
  const dispatcher = new Dispatcher({ ledger, clock, signal, limits, concurrency: 1, deadline: null });
  try {
    const outcome = await dispatcher.request({
      step: 'submit',
      request: { kind: 'other', subject: 'quotas', charged: false },
      send: () => scanner.getQuotas({ signal }),
    });
    const quotas = outcome.kind === 'answered' ? outcome.answer : null;
    return quotas === null
      ? { kind: 'withheld', note: 'VirusTotal does not tell this key its figures' }
      : { kind: 'known', quotas };
  } catch (error) {
    if (error instanceof ApiError && error.code !== 'API_AUTH') return { kind: 'unreachable', note: error.message };
    throw error;
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The service names an hourly figure and no per-minute one: 240 an hour is what it enforces as 4 a minute. Pure. */
export function limitsFrom(quotas: ServiceQuotas | null): SeededLimits {
  if (quotas === null) return { ...PUBLIC_LIMITS, origin: 'public' };
  const hourly = quotas.hourly?.allowed;
  const rate =
    hourly === undefined || hourly <= 0
      ? PUBLIC_LIMITS.rate
      : hourly >= 60
        ? { requests: Math.floor(hourly / 60), windowMs: MINUTE_MS }
        : { requests: hourly, windowMs: HOUR_MS };
  return {
    rate,
    daily: quotas.daily?.allowed ?? PUBLIC_LIMITS.daily ?? 500,
    monthly: quotas.monthly?.allowed ?? PUBLIC_LIMITS.monthly ?? 15_500,
    origin: 'service',
  };
}
