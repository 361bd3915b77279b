import type { Exchange } from './exchange.js';

const UNLIMITED = 1_000_000_000;
/** Name of the only user. */
export const USER = 'simulated';

/** Users are asked for by name or by the key itself; only one's own are shown. */
export function mayReadAccount({ params, key, settings }: Exchange): boolean {
  return !settings.quotasForbidden && (params['id'] === key || params['id'] === USER);
}

/** The three windows of requests. There is an hourly entry and none for the minute, as in the service. */
export function requestQuotas({ world, key, now, settings }: Exchange) {
  const { rate, dailyLimit, monthlyLimit } = settings;
  const used = world.meterOf(key).used(now);
  const hourly = rate === null ? UNLIMITED : Math.round((rate.requests * 3_600_000) / rate.windowMs);
  return {
    api_requests_hourly: { allowed: hourly, used: used.hour },
    api_requests_daily: { allowed: dailyLimit, used: used.day },
    api_requests_monthly: { allowed: monthlyLimit, used: used.month },
  };
}
