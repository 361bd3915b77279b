import type { Handler } from '../exchange.js';
import { takeUpload } from '../take-upload.js';

/** `POST /files`: one file, up to the direct limit. */
export const uploadFile: Handler = (exchange) => takeUpload(exchange, exchange.settings.directLimitBytes);
