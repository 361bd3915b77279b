/** How the bytes of an answer travel; everything absent means at once and whole. */
interface Delivery {
  readonly delayMs?: number;
  /** The body in pieces over so many milliseconds. */
  readonly dripMs?: number;
  /** Announce the whole body, send half, cut the connection. */
  readonly cut?: boolean;
  /** No answer: the connection is reset. */
  readonly reset?: boolean;
  /** Compress when the client says that it accepts gzip. */
  readonly gzip?: boolean;
}

/** One HTTP answer, before it is sent. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delivery?: Delivery;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** 200 with a JSON text that is sent as it is. */
export function jsonText(body: string, status = 200): Answer {
  return { status, contentType: JSON_TYPE, body };
}

/** 200 with the envelope. */
export function json(value: unknown): Answer {
  return jsonText(JSON.stringify(value));
}

/** The service's error envelope. */
export function failure(status: number, code: string, message: string): Answer {
  return jsonText(JSON.stringify({ error: { code, message } }), status);
}

/** A page of a front end, which knows nothing of the envelope. */
export function htmlPage(status: number, title: string): Answer {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, contentType: 'text/html; charset=UTF-8', body };
}

export const notFound = (what: string): Answer => failure(404, 'NotFoundError', `${what} not found`);

export const forbidden = (): Answer =>
  failure(403, 'ForbiddenError', 'You are not authorized to perform the requested operation');

export const badRequest = (message: string, code = 'BadRequestError'): Answer => failure(400, code, message);

export const quotaExceeded = (): Answer => failure(429, 'QuotaExceededError', 'Quota exceeded');
