import { notFound } from '../answer.js';
import type { Handler } from '../exchange.js';
import { drain } from '../receive-file.js';
import { takeUpload } from '../take-upload.js';

/** `POST /_ah/upload/{token}/`: one file, up to the larger limit. The token works once, whatever comes of it. */
export const uploadToUrl: Handler = async (exchange) => {
  const owner = exchange.world.redeemUploadToken(exchange.params['token'] ?? '');
  if (owner !== undefined) return takeUpload(exchange, exchange.settings.uploadLimitBytes);
  await drain(exchange.request);
  return notFound('Upload URL');
};
