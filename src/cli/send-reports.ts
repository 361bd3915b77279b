import { planSending, runSending, type ReadyMail } from '../compose-send.js';
import type { MailSettings } from '../config/smtp.js';
import { isUndelivered, type Delivery } from '../domain/delivery.js';
import { toIso } from '../domain/time.js';
import { visible } from '../domain/text.js';
import { InterruptedError, ReportError, UsageError } from '../errors.js';
import { choosePaint } from '../reports/style.js';
import type { WrittenFolder } from '../report-folder/write-folder.js';
import { renderOutbox } from '../vendor-reports/outbox-terminal.js';
import { deliveryWords } from '../vendor-reports/words.js';
import { askYesNo, canAsk } from './ask.js';
import { shownPath, write, type Io } from './io.js';

export interface SendRequest {
  /** The report folder, absolute. */
  readonly out: string;
  readonly written: WrittenFolder;
  /** Vendors that the user named. */
  readonly named: readonly string[];
  readonly mail: MailSettings;
  /** Agreed to beforehand. */
  readonly yes?: boolean;
}

/** What became of each report, and what to end with when not all is well. */
export interface SendReport {
  readonly deliveries: readonly Delivery[];
  readonly failure?: ReportError | InterruptedError;
}

/** @throws UsageError `CONFIG_USAGE` when there is nobody to ask and nothing was agreed to */
export function requireConsent(yes: boolean, io: Io): void {
  if (yes || canAsk(io)) return;
  throw new UsageError('CONFIG_USAGE', '--send asks before it sends, and here is nobody to ask', {
    hint: 'run it once without --send and read the drafts, then add --yes; nothing was written or sent',
  });
}

/** Shows every message, asks once, sends. Words on stderr. @throws StoreError */
export async function sendWritten(request: SendRequest, io: Io): Promise<SendReport> {
  const { out, written, named, mail, yes = false } = request;
  const { ready, others } = await planSending(out, written.entries, named);
  if (ready.length === 0) {
    await write(io.stderr, `${others.map((other) => `${visible(other.vendor)}: ${deliveryWords(other)}\n`).join('')}`);
    return { deliveries: others };
  }
  const { server } = mail;
  const list = renderOutbox(ready.map(toShown), others, {
    columns: io.columns,
    paint: choosePaint(io.env, io.isTty.stderr),
    server: `${server.host}:${server.port}`,
    folder: shownPath(out, io),
  });
  await write(io.stderr, list);
  const question = `Send ${ready.length === 1 ? 'this message' : `these ${ready.length} messages`}?`;
  if (!yes && !(await askYesNo(io, question))) {
    const failure = io.signal.aborted ? { failure: new InterruptedError('interrupted; nothing was sent') } : {};
    const untried = ready.map(({ item }): Delivery => ({ vendor: item.entry.report.vendor, state: 'not-tried' }));
    return { deliveries: [...untried, ...others], ...failure };
  }
  const said: Promise<void>[] = [];
  const say = (text: string): void => void said.push(write(io.stderr, `${text}\n`));
  const result = await runSending(
    ready,
    mail,
    {
      onDelivery: (delivery) => say(`${visible(delivery.vendor)}: ${deliveryWords(delivery)}`),
      onWait: (until) => say(`the mail server wants some later: trying again at ${toIso(until)}`),
    },
    io,
  );
  await Promise.all(said);
  const deliveries = [...result.deliveries, ...others];
  const failure = result.failure ?? failureOf(deliveries, io.signal);
  return { deliveries, ...(failure !== undefined && { failure }) };
}

function toShown({ item, draft }: ReadyMail) {
  const { vendor, artifacts } = item.entry.report;
  const { to, from, subject, sizeBytes } = draft;
  return { vendor, to, from, subject, sizeBytes, artifacts: artifacts.length };
}

function failureOf(deliveries: readonly Delivery[], signal: AbortSignal): ReportError | InterruptedError | undefined {
  const left = deliveries.filter(isUndelivered).length;
  if (signal.aborted) {
    return new InterruptedError('interrupted', {
      hint: 'run the same command again: what was sent is not sent again, the drafts are kept',
    });
  }
  if (left === 0) return undefined;
  const words = left === 1 ? '1 message is not known to be sent' : `${left} messages are not known to be sent`;
  return new ReportError('REPORT_SEND', words, {
    hint: 'the drafts are kept; run the same command again for what was deferred or not tried, what was sent is not sent again',
  });
}
