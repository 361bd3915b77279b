import { jsonText, notFound } from '../answer.js';
import type { Handler } from '../exchange.js';
import { itemText } from '../objects.js';
import { urlIdOf } from '../url-id.js';

/** `GET /urls/{id}`: by sha256 of the canonical URL, or by the URL in base64url. Never starts an analysis. */
export const getUrl: Handler = (exchange) => {
  const id = exchange.params['id'] ?? '';
  const url = exchange.world.findUrl(urlIdOf(id) ?? '');
  if (url === undefined) return notFound(`URL "${id}"`);
  exchange.name(url.id);
  return jsonText(itemText(url, exchange));
};
