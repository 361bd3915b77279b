import { badRequest, forbidden, json } from '../answer.js';
import type { Exchange, Handler } from '../exchange.js';

const UNLIMITED = 1_000_000_000;
const USER = 'simulated';

/** Users are asked for by name or by the key itself; only one's own are shown. */
function mayRead({ params, key, settings }: Exchange): boolean {
  return !settings.quotasForbidden && (params['id'] === key || params['id'] === USER);
}

/** The three windows of requests. There is an hourly entry and none for the minute, as in the service. */
function quotas({ world, key, now, settings }: Exchange) {
  const { rate, dailyLimit, monthlyLimit } = settings;
  const used = world.meterOf(key).used(now);
  const hourly = rate === null ? UNLIMITED : Math.round((rate.requests * 3_600_000) / rate.windowMs);
  return {
    api_requests_hourly: { allowed: hourly, used: used.hour },
    api_requests_daily: { allowed: dailyLimit, used: used.day },
    api_requests_monthly: { allowed: monthlyLimit, used: used.month },
  };
}

/** `GET /users/{id}/overall_quotas` */
export const getOverallQuotas: Handler = (exchange) => {
  if (!mayRead(exchange)) return forbidden();
  return json({ data: Object.fromEntries(Object.entries(quotas(exchange)).map(([name, user]) => [name, { user }])) });
};

/** `GET /users/{id}`: holds the key itself, as the service does for its owner. */
export const getUser: Handler = (exchange) => {
  if (!mayRead(exchange)) return forbidden();
  const attributes = {
    apikey: exchange.key,
    email: 'simulated@example.org',
    first_name: 'Simulated',
    last_name: 'User',
    status: 'active',
    quotas: quotas(exchange),
    privileges: {},
  };
  return json({ data: { id: USER, type: 'user', links: { self: `${exchange.root}/users/${USER}` }, attributes } });
};

/** `GET /users/{id}/api_usage`: charged calls by day and kind, within the dates asked for. */
export const getApiUsage: Handler = (exchange) => {
  if (!mayRead(exchange)) return forbidden();
  const start = exchange.query.get('start_date') ?? '00000000';
  const end = exchange.query.get('end_date') ?? '99999999';
  if (!/^\d{8}$/.test(start) || !/^\d{8}$/.test(end)) {
    return badRequest('Dates must be given as YYYYMMDD', 'InvalidArgumentError');
  }
  const daily: Record<string, Record<string, number>> = {};
  const total: Record<string, number> = {};
  for (const [day, calls] of exchange.world.meterOf(exchange.key).usage()) {
    const date = day.replaceAll('-', '');
    if (date < start || date > end) continue;
    daily[day] = Object.fromEntries(calls);
    for (const [endpoint, count] of calls) total[endpoint] = (total[endpoint] ?? 0) + count;
  }
  return json({ data: { daily, total } });
};
