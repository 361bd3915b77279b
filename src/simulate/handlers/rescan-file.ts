import { json, notFound } from '../answer.js';
import { answerToDuplicate } from '../duplicates.js';
import type { Handler } from '../exchange.js';
import { runningOf } from '../item.js';
import { submissionObject } from '../objects.js';

/** `POST /files/{id}/analyse`: a new analysis of a known file. */
export const rescanFile: Handler = (exchange) => {
  const { world, now, params } = exchange;
  const id = params['id'] ?? '';
  const file = world.findFile(id);
  if (file === undefined) return notFound(`File "${id}"`);
  exchange.name(file.id);
  const running = runningOf(file, now);
  if (running !== undefined) return answerToDuplicate(running, exchange);
  return json(submissionObject(world.analyse(file, now), exchange));
};
