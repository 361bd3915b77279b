import type { DocumentArtifact, VendorContact } from '../domain/document.js';
import type { EngineEntry } from '../domain/vendor.js';
import type { VendorDirectory } from '../vendors/directory.js';

const CONFIDENCE = ['high', 'medium', 'low'];

/**
 * The entry whose channel a report to this vendor goes through: among the engines that flag, else any of the vendor's, the
 * one that answers for this kind of artifact, is active, and is known best. `undefined` when there is no channel. Pure.
 */
export function chooseEntry(
  directory: VendorDirectory,
  vendor: string,
  flagging: readonly EngineEntry[],
  kinds: ReadonlySet<DocumentArtifact['kind']>,
): EngineEntry | undefined {
  const scope = [...kinds].every((kind) => kind === 'url') ? 'url' : 'file';
  const rank = (entry: EngineEntry): readonly number[] => [
    entry.scope.includes(scope) ? 0 : 1,
    entry.status === 'active' ? 0 : 1,
    // A sibling entry that states its rules knows more than one that borrows a default.
    entry.requirements.stated ? 0 : 1,
    CONFIDENCE.indexOf(entry.confidence),
  ];
  const best = (entries: readonly EngineEntry[]): EngineEntry | undefined =>
    entries
      .filter(isReachable)
      .toSorted(
        (a, b) =>
          compareRanks(rank(a), rank(b)) || compare(b.lastVerified, a.lastVerified) || compare(a.engine, b.engine),
      )[0];
  return best(flagging) ?? best(directory.enginesOf(vendor));
}

/** The contact of an entry as documents carry it, without addresses that are known to be dead. Pure. */
export function contactOf(entry: EngineEntry): VendorContact {
  const { channel, confidence, lastVerified } = entry;
  return { preferred: channel.preferred, emails: liveEmails(entry), form: channel.form, confidence, lastVerified };
}

/** Channels of the other flagging engines that differ from the chosen one: `engine`, `address`. Pure. */
export function otherChannels(
  chosen: EngineEntry,
  flagging: readonly EngineEntry[],
): readonly { readonly engine: string; readonly address: string }[] {
  const used = new Set([...liveEmails(chosen), chosen.channel.form]);
  return flagging.filter(isReachable).flatMap((entry) => {
    const address = entry.channel.preferred === 'email' ? liveEmails(entry)[0] : entry.channel.form;
    return address === undefined || address === null || used.has(address) ? [] : [{ engine: entry.engine, address }];
  });
}

function isReachable(entry: EngineEntry): boolean {
  const { preferred, form } = entry.channel;
  if (preferred === 'none') return false;
  return liveEmails(entry).length > 0 || form !== null;
}

function liveEmails({ channel, deadContacts }: EngineEntry): readonly string[] {
  const dead = new Set((deadContacts ?? []).map(({ contact }) => contact.toLowerCase()));
  return channel.emails.filter((email) => !dead.has(email.toLowerCase()));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
