import { leastTimeMs, type QuotaLimits } from '../domain/quota.js';

/** What a run will ask of the service, said before it begins. */
export interface Plan {
  readonly artifacts: number;
  /** Answered from the store. */
  readonly cached: number;
  /** Submitted by an earlier run: one poll each is left. */
  readonly pending: number;
  /** If the service knows everything. */
  readonly leastRequests: number;
  /** If it knows nothing and everything may be uploaded. */
  readonly mostRequests: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface PlanInput {
  readonly artifacts: number;
  readonly cached: number;
  readonly pending: number;
  readonly files: number;
  readonly largeFiles: number;
  readonly urls: number;
  readonly hashes: number;
  readonly rescan: boolean;
  /** Places of the window that are taken already. */
  readonly inWindow: number;
}

/**
 * Requests and time, least and most. A known artifact costs one request (three with a rescan), an unknown one three, one
 * more over 32 MB. Pure.
 */
export function planRun(input: PlanInput, limits: QuotaLimits): Plan {
  const { files, largeFiles, urls, hashes, pending, rescan } = input;
  const asked = files + urls + hashes;
  const leastRequests = pending + asked * (rescan ? 3 : 1);
  const mostRequests = pending + hashes * (rescan ? 3 : 1) + (files + urls) * 3 + largeFiles;
  return {
    artifacts: input.artifacts,
    cached: input.cached,
    pending,
    leastRequests,
    mostRequests,
    leastMs: leastTimeMs(leastRequests, limits.rate, input.inWindow),
    mostMs: leastTimeMs(mostRequests, limits.rate, input.inWindow),
  };
}
