import { json, notFound } from '../answer.js';
import type { Handler } from '../exchange.js';
import { analysisObject } from '../objects.js';

/** `GET /analyses/{id}`: how far it is, with the answers so far. */
export const getAnalysis: Handler = (exchange) => {
  const id = exchange.params['id'] ?? '';
  const analysis = exchange.world.findAnalysis(id);
  if (analysis === undefined) return notFound(`Analysis "${id}"`);
  exchange.name(analysis.item.id);
  return json(analysisObject(analysis, exchange));
};
