import { badRequest, htmlPage, json, type Answer } from '../answer.js';
import type { Exchange, Handler } from '../exchange.js';
import { runningOf, type UrlItem } from '../item.js';
import { submissionObject } from '../objects.js';
import { canonicalUrl, urlId } from '../url-id.js';

const BODY_LIMIT_BYTES = 65_536;

/** `POST /urls`: the form field `url`. */
export const submitUrl: Handler = async (exchange) => {
  const body = await readText(exchange.request);
  if (body === undefined) return htmlPage(413, 'Request Entity Too Large');
  if (!/^application\/x-www-form-urlencoded\b/i.test(exchange.request.headers['content-type'] ?? '')) {
    return badRequest('The request must be application/x-www-form-urlencoded');
  }
  const field = new URLSearchParams(body).get('url');
  if (field === null || field === '') return badRequest('The field "url" is missing', 'InvalidArgumentError');
  const url = canonicalUrl(field);
  if (url === undefined) return badRequest('Unable to canonicalize url', 'InvalidArgumentError');
  exchange.name(urlId(url));
  return analyseUrl(exchange.world.admitUrl(url, exchange.now), exchange);
};

/** A URL that is being analysed is not analysed twice: the answer is the running analysis, as recorded. */
export function analyseUrl(item: UrlItem, exchange: Exchange): Answer {
  const analysis = runningOf(item, exchange.now) ?? exchange.world.analyse(item, exchange.now);
  return json(submissionObject(analysis, exchange));
}

/** The body, or `undefined` when it is too long; read to its end either way. */
async function readText(request: Exchange['request']): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  return sizeBytes > BODY_LIMIT_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
