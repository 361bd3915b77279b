import { json } from '../answer.js';
import type { Handler } from '../exchange.js';

/** `GET /files/upload_url`: a URL for one upload. */
export const createUploadUrl: Handler = ({ world, key, origin }) =>
  json({ data: `${origin}/_ah/upload/${world.createUploadToken(key)}/` });
