import type { Ora } from 'ora';
import type { CheckObserver } from '../pipeline/check.js';
import { formatRate } from '../domain/rate.js';
import { formatDuration, type Instant } from '../domain/time.js';
import { visible } from '../domain/text.js';
import { fit } from '../reports/columns.js';
import type { Clock } from '../ports.js';
import { write, type Io } from './io.js';

export interface ProgressOptions {
  readonly io: Io;
  readonly clock: Pick<Clock, 'now'>;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export interface Progress extends CheckObserver {
  /** Takes the moving line away, before the result or a question is written. */
  stop(): Promise<void>;
}

/** The free tier's note is shown for these figures and below: nobody pays for four a minute. */
const PUBLIC_REQUESTS_PER_MINUTE = 4;

/**
 * Words on stderr while a check runs: a moving line on a terminal, one plain line per artifact elsewhere, nothing with
 * `--quiet`.
 */
export async function createProgress({ io, clock, quiet, verbose }: ProgressOptions): Promise<Progress> {
  const pending: Promise<void>[] = [];
  const line = (text: string): void => {
    if (!quiet) pending.push(write(io.stderr, `${text}\n`));
  };
  const isAnimated = io.isTty.stderr && !quiet && !io.env['CI'] && io.env['TERM'] !== 'dumb';
  let spinner: Ora | undefined;
  const counts = { total: 0, cached: 0, settled: 0, submitted: 0, analysing: 0, readFiles: 0 };
  const analysing = new Set<unknown>();
  let waitUntil: Instant = 0;
  let endsAt: Instant = 0;
  let places = 0;

  const spin = async (): Promise<void> => {
    if (!isAnimated || spinner !== undefined) return;
    const { default: ora } = await import('ora');
    spinner = ora({ stream: io.stderr as NodeJS.WriteStream, discardStdin: false, text: '' }).start();
  };
  const show = (): void => {
    if (spinner === undefined) return;
    const now = clock.now();
    const parts = [
      counts.total === 0
        ? `reading files: ${counts.readFiles}`
        : `${counts.cached + counts.settled} of ${counts.total} done`,
      ...(analysing.size > 0 ? [`${analysing.size} being analysed`] : []),
      ...(waitUntil > now ? [`0 of ${places} requests left, next in ${formatDuration(waitUntil - now)}`] : []),
      ...(endsAt > now ? [`about ${formatDuration(endsAt - now)} to go at most`] : []),
    ];
    spinner.text = fit(parts.join(' · '), Math.max(20, io.columns - 4));
  };
  const say = (text: string): void => {
    if (spinner === undefined) return line(text);
    spinner.clear();
    line(text);
    spinner.render();
  };
  await spin();
  // The countdown moves between events too; unref'd, it keeps nothing alive.
  const ticker = isAnimated ? setInterval(show, 500).unref() : undefined;

  return {
    onNote: (text) => say(visible(text)),
    async stop() {
      clearInterval(ticker);
      spinner?.stop();
      spinner = undefined;
      await Promise.all(pending);
    },
    onRead() {
      counts.readFiles += 1;
      show();
    },
    onPlan(plan, limits) {
      counts.total = plan.artifacts;
      counts.cached = plan.cached;
      endsAt = clock.now() + plan.mostMs;
      places = limits.rate.requests;
      const { leastRequests, mostRequests, leastMs, mostMs } = plan;
      const requests = leastRequests === mostRequests ? `${leastRequests}` : `${leastRequests} to ${mostRequests}`;
      const time =
        mostMs === 0
          ? ''
          : leastMs === mostMs
            ? formatDuration(mostMs)
            : `${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
      say(
        [
          `${plan.artifacts} ${plan.artifacts === 1 ? 'artifact' : 'artifacts'}`,
          ...(plan.cached > 0 ? [`${plan.cached} answered from the store`] : []),
          ...(plan.pending > 0 ? [`${plan.pending} submitted by an earlier run`] : []),
          `${requests} ${mostRequests === 1 ? 'request' : 'requests'} at ${formatRate(limits.rate)}`,
          ...(time === '' ? [] : [`about ${time}`]),
        ].join(', '),
      );
      const perMinute = (limits.rate.requests * 60_000) / limits.rate.windowMs;
      if (limits.origin !== 'settings' && perMinute <= PUBLIC_REQUESTS_PER_MINUTE) {
        say('note: these are the limits of the public API, whose terms exclude commercial products and workflows');
      }
      show();
    },
    onState(subject, state) {
      if (state === 'analysing') analysing.add(subject);
      if (verbose) say(`${state}: ${fit(nameOf(subject), 100)}`);
      show();
    },
    onSettled(subject, { stored, missing, error }) {
      counts.settled += 1;
      analysing.delete(subject);
      const flagged = stored === null ? 0 : stored.scan.stats.malicious + stored.scan.stats.suspicious;
      const what = error?.code ?? missing?.code ?? (flagged === 0 ? 'not flagged' : `flagged by ${flagged}`);
      // On a terminal the table says it; in a log this line shows that the run is alive.
      if (!isAnimated || verbose)
        say(`${counts.cached + counts.settled}/${counts.total} ${fit(nameOf(subject), 100)}: ${what}`);
      show();
    },
    onWait(until) {
      waitUntil = until;
      show();
    },
  };
}

function nameOf(subject: {
  readonly kind: string;
  readonly id: string;
  readonly copy?: { readonly name: string };
}): string {
  return subject.copy?.name ?? subject.id;
}
