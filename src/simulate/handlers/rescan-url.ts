import { notFound } from '../answer.js';
import type { Handler } from '../exchange.js';
import { urlIdOf } from '../url-id.js';
import { analyseUrl } from './submit-url.js';

/** `POST /urls/{id}/analyse`: a new analysis of a known URL. */
export const rescanUrl: Handler = (exchange) => {
  const id = exchange.params['id'] ?? '';
  const url = exchange.world.findUrl(urlIdOf(id) ?? '');
  if (url === undefined) return notFound(`URL "${id}"`);
  exchange.name(url.id);
  return analyseUrl(url, exchange);
};
