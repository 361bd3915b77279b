import { join } from 'node:path';
import { systemClock, withUserStore, type Environment } from './compose.js';
import type { MailSettings } from './config/smtp.js';
import type { Case } from './domain/case.js';
import type { Delivery } from './domain/delivery.js';
import type { CheckResult } from './domain/document.js';
import type { Draft } from './mail/draft.js';
import { followCases } from './pipeline/follow-cases.js';
import type { ReportMail, SendResult } from './pipeline/send-reports.js';
import { planOutbox, type OutboxItem } from './vendor-reports/outbox.js';
import type { IndexEntry } from './vendor-reports/index-html.js';

/** A message as it would go out now. */
export interface ReadyMail {
  readonly item: OutboxItem;
  readonly draft: Draft;
}

/** What would be sent, for a person to agree to; and why the others would not. */
export interface SendPlan {
  readonly ready: readonly ReadyMail[];
  readonly others: readonly Delivery[];
}

/** Greylisting wants a few minutes (RFC 6647: mostly one to five); what takes longer is for the next run. */
const RETRY_AFTER_MS = [60_000, 300_000, 600_000];

/**
 * The cases of what a document found, opened where there are none: what keeps a message from being sent twice.
 *
 * @throws StoreError
 */
export async function followForSending(document: CheckResult, io: Environment): Promise<readonly Case[]> {
  return withUserStore(io, async (store) => {
    await followCases(document, 'report', { store, clock: systemClock });
    return store.findCases('all');
  });
}

/** Cases that are known. @throws StoreError */
export async function readCases(io: Environment): Promise<readonly Case[]> {
  return withUserStore(io, (store) => store.findCases('all'));
}

/**
 * Reads the drafts that can be sent, as they lie in the folder: a person may have edited them.
 *
 * @param root the report folder, absolute
 * @param named vendors that the user named
 */
export async function planSending(
  root: string,
  entries: readonly IndexEntry[],
  named: readonly string[],
): Promise<SendPlan> {
  const { readDraft } = await import('./mail/draft.js');
  const { items, others } = planOutbox(entries, named);
  const ready: ReadyMail[] = [];
  const unusable: Delivery[] = [];
  for (const item of items) {
    const read = await readDraft(join(root, item.message), systemClock.now());
    if (read.kind === 'ready') ready.push({ item, draft: read.draft });
    else unusable.push({ vendor: item.entry.report.vendor, state: 'by-hand', reason: read.reason });
  }
  return { ready, others: [...unusable, ...others] };
}

export interface SendObserver {
  onDelivery(delivery: Delivery): void;
  onWait(until: number): void;
}

/** Sends what was agreed to. @throws StoreError */
export async function runSending(
  ready: readonly ReadyMail[],
  { server, rate }: MailSettings,
  observer: SendObserver,
  io: Environment,
): Promise<SendResult> {
  const [{ createSmtpMailer }, { sendReports }] = await Promise.all([
    import('./mail/smtp-mailer.js'),
    import('./pipeline/send-reports.js'),
  ]);
  return withUserStore(io, (store) =>
    sendReports(
      ready.map(toReportMail),
      { store, mailer: createSmtpMailer(server), clock: systemClock, signal: io.signal, ...observer },
      { rate, retryAfterMs: RETRY_AFTER_MS },
    ),
  );
}

function toReportMail({ item, draft }: ReadyMail): ReportMail {
  const { vendor, cases, artifacts } = item.entry.report;
  return { vendor, mail: draft, cases, artifacts: artifacts.map(({ id }) => id) };
}
