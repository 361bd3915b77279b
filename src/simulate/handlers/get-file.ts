import { jsonText, notFound } from '../answer.js';
import type { Handler } from '../exchange.js';
import { itemText } from '../objects.js';

/** `GET /files/{id}`: by md5, sha1 or sha256. */
export const getFile: Handler = (exchange) => {
  const id = exchange.params['id'] ?? '';
  const file = exchange.world.findFile(id);
  if (file === undefined) return notFound(`File "${id}"`);
  exchange.name(file.id);
  return jsonText(itemText(file, exchange));
};
