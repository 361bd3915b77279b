import { mayReadAccount, requestQuotas } from '../account.js';
import { forbidden, json } from '../answer.js';
import type { Handler } from '../exchange.js';

/** `GET /users/{id}/overall_quotas`: the user's part; there is no group here. */
export const getOverallQuotas: Handler = (exchange) => {
  if (!mayReadAccount(exchange)) return forbidden();
  return json({
    data: Object.fromEntries(Object.entries(requestQuotas(exchange)).map(([name, user]) => [name, { user }])),
  });
};
