import { forbidden } from '../answer.js';
import { drain } from '../receive-file.js';
import type { Handler } from '../exchange.js';

/** What needs a privilege: no key has one here. */
export const refusePremium: Handler = async ({ request }) => {
  await drain(request);
  return forbidden();
};
