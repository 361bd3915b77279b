import type { z } from 'zod';

/** Every problem at once, each with its path: `ignore.0.until: not a day; rate: not a rate`. Pure. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.length === 0 ? 'the file' : path.map(String).join('.')}: ${message}`)
    .join('; ');
}
