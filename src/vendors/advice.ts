import type { EngineEntry } from '../domain/vendor.js';
import type { Reason } from '../domain/verdict.js';
import type { VendorDirectory } from './directory.js';

/** Why no report can be addressed to anybody for an engine, and what can be done all the same. */
export interface WithoutChannel {
  readonly reason: 'unknown-engine' | 'no-channel';
  /** Codes with arguments, in the order in which to try them; words live in the renderers. */
  readonly advice: readonly Reason[];
}

/** `undefined` when there is a channel to the engine's vendor. Pure. */
export function adviseWithoutChannel(directory: VendorDirectory, engine: string): WithoutChannel | undefined {
  const entry = directory.currentOf(engine);
  if (entry === undefined) {
    return {
      reason: 'unknown-engine',
      advice: [
        { code: 'look-for-contact', args: { engine } },
        { code: 'comment-on-report', args: { engine } },
        { code: 'add-own-entry', args: { engine } },
      ],
    };
  }
  if (hasChannel(entry) || directory.contactOf(entry.vendor) !== null) return undefined;
  const upstream = upstreamOf(directory, entry);
  return {
    reason: 'no-channel',
    advice: [
      ...(upstream === undefined ? [] : [{ code: 'ask-upstream', args: { vendor: upstream } }]),
      ...(entry.status === 'retired' ? [{ code: 'retired-engine', args: { engine: entry.engine } }] : []),
      ...(entry.notes === '' ? [] : [{ code: 'directory-note', args: { note: entry.notes } }]),
      { code: 'comment-on-report', args: { engine } },
      { code: 'add-own-entry', args: { engine } },
    ],
  };
}

/** Whether reports can be sent for this very engine. */
export function hasChannel({ channel }: EngineEntry): boolean {
  return channel.preferred !== 'none';
}

function upstreamOf(directory: VendorDirectory, { lineage, vendor }: EngineEntry): string | undefined {
  const first = lineage.clearFirst === null ? undefined : directory.findEngine(lineage.clearFirst);
  return first === undefined || first.vendor === vendor ? undefined : first.vendor;
}
