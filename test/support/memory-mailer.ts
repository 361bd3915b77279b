import { buffer } from 'node:stream/consumers';
import type { Mailer, MailOutcome, OutgoingMail } from '../../src/ports.js';
import type { ServerMood } from './mail-server.js';

/** Mail without a network, held to the same contract as the real one. */
export interface MemoryMailer extends Mailer {
  moods(...moods: readonly (ServerMood | Error)[]): void;
  readonly received: readonly { readonly from: string; readonly to: readonly string[]; readonly content: Buffer }[];
  /** Messages that were begun. */
  readonly begun: readonly OutgoingMail[];
}

export function createMemoryMailer(): MemoryMailer {
  const waiting: (ServerMood | Error)[] = [];
  const received: { from: string; to: readonly string[]; content: Buffer }[] = [];
  const begun: OutgoingMail[] = [];
  return {
    received,
    begun,
    moods: (...moods) => void waiting.push(...moods),
    async send(mail, { signal }): Promise<MailOutcome> {
      signal.throwIfAborted();
      begun.push(mail);
      const mood = waiting.shift() ?? 'take';
      if (mood instanceof Error) throw mood;
      if (typeof mood === 'number') {
        return mood < 500
          ? { kind: 'deferred', response: `${mood} later` }
          : { kind: 'refused', response: `${mood} no` };
      }
      switch (mood) {
        case 'cut-early':
          return { kind: 'deferred', response: 'connection closed' };
        case 'refuse-content':
          return { kind: 'refused', response: '554 content' };
        case 'cut-late':
        case 'silent':
          return { kind: 'unclear', reason: 'connection closed' };
        case 'take':
          received.push({ from: mail.from, to: mail.to, content: await buffer(mail.open()) });
          return { kind: 'accepted', response: '250 queued' };
      }
    },
  };
}
