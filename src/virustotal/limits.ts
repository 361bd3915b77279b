/**
 * Above this an upload needs an upload URL. The service says "32 MB" without saying which; clients switch at 32,000,000,
 * 30 × 2^20 and 2^25, so the smallest common reading is the safe one.
 */
export const DIRECT_UPLOAD_LIMIT_BYTES = 30 * 1024 * 1024;

/** The service's limit for any upload, in its smaller reading. */
export const UPLOAD_LIMIT_BYTES = 650_000_000;
