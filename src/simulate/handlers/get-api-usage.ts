import { mayReadAccount } from '../account.js';
import { badRequest, forbidden, json } from '../answer.js';
import type { Handler } from '../exchange.js';

/** `GET /users/{id}/api_usage`: charged calls by day and kind, within the dates asked for. */
export const getApiUsage: Handler = (exchange) => {
  if (!mayReadAccount(exchange)) return forbidden();
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
