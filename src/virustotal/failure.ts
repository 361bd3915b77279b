import { visible } from '../domain/text.js';
import { mask } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import { ApiError, type ApiCode, type ApiErrorOptions } from '../errors.js';
import { retryAfterMs } from './retry-after.js';
import { errorEnvelope } from './wire.js';

/** One answer, before anything is concluded from it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What the call was, for messages: never the key, never the token of an upload URL. */
export interface CallDescription {
  readonly method: 'GET' | 'POST';
  readonly route: string;
}

/** Where to look when the key is refused. */
const KEY_HINT = 'the key is on your VirusTotal account page under "API key"; set it as VT_API_KEY';

const BETWEEN_HINT = 'something in between refused it: check HTTPS_PROXY and what the proxy allows';

/**
 * The typed error for an answer that is not 2xx. Decided by HTTP status first and the service's name second: names that
 * are not in the documented table do occur.
 */
export function toApiError(answer: Answer, call: CallDescription, key: string, now: Instant): ApiError {
  const service = readEnvelope(answer.body);
  const said = service?.message ?? (service === undefined ? answer.body : '');
  const text = excerpt(said, service === undefined ? 200 : 300, key);
  const where = `${call.method} ${call.route}`;
  const wait = retryAfterMs(answer.headers['retry-after'], now);
  const options: ApiErrorOptions = {
    status: answer.status,
    ...(service && { serviceCode: service.code }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
  const error = (code: ApiCode, message: string, more: ApiErrorOptions = {}): ApiError =>
    new ApiError(code, text === '' ? `${message} (${where})` : `${message} (${where}): ${text}`, {
      ...options,
      ...more,
    });

  // A proxy or a gateway that refuses says nothing about the key, and the run ends all the same.
  if (service === undefined && (answer.status === 401 || answer.status === 403)) {
    const code = answer.status === 401 ? 'API_AUTH' : 'API_FORBIDDEN';
    return error(code, `refused with status ${answer.status}, and not from VirusTotal`, { hint: BETWEEN_HINT });
  }
  switch (answer.status) {
    case 401:
      return error('API_AUTH', 'VirusTotal refuses the API key', { hint: KEY_HINT });
    case 403:
      return error('API_FORBIDDEN', 'VirusTotal does not allow this call with this key', {
        hint: 'this call may need a premium key, or the account lost a privilege',
      });
    case 404:
      return error('API_BAD_REQUEST', 'VirusTotal does not know this resource');
    case 413:
      return error('API_TOO_LARGE', 'VirusTotal refuses the size of the upload');
    case 429:
      return error('API_RATE_LIMITED', 'VirusTotal says that the quota is used up');
    case 407:
      return error('API_UNAVAILABLE', 'the proxy wants a user name and a password', {
        hint: 'give them in HTTPS_PROXY: http://name:password@host:port',
      });
    case 408:
    case 424:
      return error('API_UNAVAILABLE', 'VirusTotal could not answer now');
    default:
      break;
  }
  // "Will exist later": the one 400 that a later call mends.
  if (answer.status === 400 && service?.code === 'NotAvailableYet') {
    return error('API_UNAVAILABLE', 'VirusTotal has this only later');
  }
  if (answer.status >= 500) return error('API_UNAVAILABLE', `VirusTotal failed with status ${answer.status}`);
  return error('API_BAD_REQUEST', `VirusTotal refused the request with status ${answer.status}`);
}

/** A 2xx whose body is no JSON: a portal, a proxy's page, a cut line. Never "unknown", or a private build would be uploaded. */
export function notJson(answer: Answer, call: CallDescription, key: string): ApiError {
  const shown = answer.body === '' ? 'an empty body' : `a body that is no JSON: ${excerpt(answer.body, 200, key)}`;
  return new ApiError('API_PROTOCOL', `${call.method} ${call.route} was answered ${answer.status} with ${shown}`, {
    status: answer.status,
    hint: 'a proxy or a captive portal may stand between; nothing was concluded from it',
  });
}

function readEnvelope(body: string): { readonly code: string; readonly message?: string | undefined } | undefined {
  try {
    const parsed = errorEnvelope.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.error : undefined;
  } catch {
    return undefined;
  }
}

/** The beginning of a hostile text. Masked before it is cut: half a key is no longer found, and as good as the whole. */
export function excerpt(text: string, length: number, key: string): string {
  const beginning = visible(text.slice(0, length * 20).replace(/\s+/g, ' '));
  return mask(beginning, [key]).slice(0, length);
}
