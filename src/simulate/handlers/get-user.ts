import { mayReadAccount, requestQuotas, USER } from '../account.js';
import { forbidden, json } from '../answer.js';
import type { Handler } from '../exchange.js';

/** `GET /users/{id}`: holds the key itself, as the service does for its owner. */
export const getUser: Handler = (exchange) => {
  if (!mayReadAccount(exchange)) return forbidden();
  const attributes = {
    apikey: exchange.key,
    email: 'simulated@example.org',
    first_name: 'Simulated',
    last_name: 'User',
    status: 'active',
    quotas: requestQuotas(exchange),
    privileges: {},
  };
  return json({ data: { id: USER, type: 'user', links: { self: `${exchange.root}/users/${USER}` }, attributes } });
};
