import { json, notFound } from '../answer.js';
import type { Handler } from '../exchange.js';
import { itemLink } from '../objects.js';

/** `GET /files/{id}/{relation}` for what a public key may read: nobody has commented or voted here. */
export const getFileRelation: Handler = (exchange) => {
  const id = exchange.params['id'] ?? '';
  const file = exchange.world.findFile(id);
  if (file === undefined) return notFound(`File "${id}"`);
  exchange.name(file.id);
  return json({
    data: [],
    links: { self: `${itemLink(file, exchange)}/${exchange.params['relation'] ?? ''}?limit=10` },
  });
};
