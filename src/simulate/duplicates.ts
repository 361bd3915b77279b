import type { Analysis } from './analysis.js';
import { failure, htmlPage, json, type Answer } from './answer.js';
import type { Exchange } from './exchange.js';
import { submissionObject } from './objects.js';

const MESSAGE = 'Already being submitted for scanning';

/** The answer to a submission of what is being analysed, in the form that the settings choose. Pure. */
export function answerToDuplicate(running: Analysis, exchange: Exchange): Answer {
  const { duplicates } = exchange.settings;
  switch (duplicates) {
    case 'AlreadySubmittedError':
    case 'AlreadyExistsError':
      return failure(409, duplicates, MESSAGE);
    case 'unprocessable':
      return htmlPage(422, 'Unprocessable Entity');
    case 'merge':
      return json(submissionObject(running, exchange));
  }
}
