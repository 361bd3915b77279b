import { jsonText, notFound } from '../answer.js';
import type { Handler } from '../exchange.js';
import { itemText } from '../objects.js';

/** `GET /analyses/{id}/item`: the file or URL itself. */
export const getAnalysisItem: Handler = (exchange) => {
  const id = exchange.params['id'] ?? '';
  const analysis = exchange.world.findAnalysis(id);
  if (analysis === undefined) return notFound(`Analysis "${id}"`);
  exchange.name(analysis.item.id);
  return jsonText(itemText(analysis.item, exchange));
};
