import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/errors.js';
import { Dispatcher, type DispatcherOptions, type Job } from '../../src/pipeline/dispatcher.js';
import type { Ledger } from '../../src/ports.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { memoryStore } from './play.js';

interface Scene {
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  /** Subjects in the order in which they were sent. */
  readonly sent: string[];
  job(subject: string, options?: Partial<Job<string>> & { charged?: boolean; tookMs?: number }): Job<string>;
}

async function scene(options: Partial<DispatcherOptions> = {}): Promise<Scene> {
  const clock = new VirtualClock();
  const ledger = (await memoryStore(clock)).ledgerOf('key');
  const sent: string[] = [];
  const dispatcher = new Dispatcher({
    ledger,
    clock,
    limits: { rate: { requests: 2, windowMs: 1000 } },
    concurrency: 4,
    signal: new AbortController().signal,
    deadline: null,
    ...options,
  });
  return {
    clock,
    ledger,
    dispatcher,
    sent,
    job: (subject, { charged = true, tookMs = 0, ...job } = {}) => ({
      step: 'lookup',
      request: { kind: 'lookup', subject, charged },
      send: async () => {
        sent.push(subject);
        await clock.until(clock.now() + tookMs);
        return `answer to ${subject}`;
      },
      ...job,
    }),
  };
}

describe('the dispatcher', () => {
  it('sends submissions before look-ups, and look-ups before polls, whatever was asked for first', async () => {
    const { clock, dispatcher, job, sent } = await scene({ concurrency: 1 });
    const first = dispatcher.request(job('first', { tookMs: 10 }));
    const rest = (['poll', 'lookup', 'submit'] as const).map((step) => dispatcher.request(job(step, { step })));
    await clock.run(Promise.all([first, ...rest]));
    expect(sent).toEqual(['first', 'submit', 'lookup', 'poll']);
  });

  it('sends no poll before it is due, and nothing else waits for it', async () => {
    const { clock, dispatcher, job, sent } = await scene();
    const start = clock.now();
    const poll = dispatcher.request(job('poll', { step: 'poll', dueAt: start + 5000 }));
    await clock.run(Promise.all([poll, dispatcher.request(job('lookup'))]));
    expect(sent).toEqual(['lookup', 'poll']);
    expect(clock.now()).toBe(start + 5000);
  });

  it('keeps the rate over everything it sends', async () => {
    const { clock, dispatcher, job, ledger } = await scene();
    const start = clock.now();
    await clock.run(Promise.all(['a', 'b', 'c', 'd', 'e'].map((subject) => dispatcher.request(job(subject)))));
    expect(clock.now()).toBe(start + 2000);
    expect((await ledger.usage({ rate: { requests: 2, windowMs: 1000 } })).total).toBe(5);
  });

  it('puts no more on the wire at once than it is told to', async () => {
    const { clock, dispatcher, job } = await scene({
      concurrency: 2,
      limits: { rate: { requests: 100, windowMs: 1000 } },
    });
    let onTheWire = 0;
    let most = 0;
    const send = async (): Promise<string> => {
      onTheWire += 1;
      most = Math.max(most, onTheWire);
      await clock.until(clock.now() + 10);
      onTheWire -= 1;
      return '';
    };
    await clock.run(
      Promise.all(Array.from({ length: 9 }, (_, index) => dispatcher.request(job(`${index}`, { send })))),
    );
    expect(most).toBe(2);
  });

  it('settles what is charged when the day is used up, and still sends what is free', async () => {
    const limits = { rate: { requests: 10, windowMs: 1000 }, daily: 1 };
    const { clock, dispatcher, job, sent } = await scene({ limits, concurrency: 1 });
    const outcomes = await clock.run(
      Promise.all([
        dispatcher.request(job('a')),
        dispatcher.request(job('b')),
        dispatcher.request(job('free', { charged: false, step: 'poll' })),
        dispatcher.request(job('c')),
      ]),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['answered', 'exhausted', 'answered', 'exhausted']);
    expect(outcomes[1]).toMatchObject({ window: 'day', until: Date.UTC(2026, 5, 16) });
    expect(sent).toEqual(['a', 'free']);
  });

  it('stops what waits at the deadline, and lets what is on the wire end', async () => {
    const start = new VirtualClock().now();
    const { clock, dispatcher, job, sent } = await scene({ deadline: start + 500 });
    const outcomes = await clock.run(
      Promise.all([
        dispatcher.request(job('a', { tookMs: 900 })),
        dispatcher.request(job('b')),
        dispatcher.request(job('c')),
        dispatcher.request(job('late', { step: 'poll', dueAt: start + 600 })),
      ]),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'stopped', 'stopped']);
    expect(sent).toEqual(['a', 'b']);
  });

  it('rejects what waits when interrupted, also in the middle of waiting for the window', async () => {
    const controller = new AbortController();
    const { clock, dispatcher, job, sent } = await scene({ signal: controller.signal });
    const work = Promise.allSettled(['a', 'b', 'c', 'd'].map((subject) => dispatcher.request(job(subject))));
    const abort = clock.until(clock.now() + 100).then(() => controller.abort());
    const [outcomes] = await clock.run(Promise.all([work, abort]));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'INTERRUPTED' } });
    expect(sent).toEqual(['a', 'b']);
  });

  it('gives the place back of what another process has answered, and of what never left', async () => {
    const { clock, dispatcher, job, ledger, sent } = await scene();
    const neverSent = new ApiError('API_UNAVAILABLE', 'no connection', { neverSent: true });
    const outcomes = await clock.run(
      Promise.allSettled([
        dispatcher.request(job('a', { stillNeeded: async () => false })),
        dispatcher.request(
          job('b', {
            send: async () => {
              throw neverSent;
            },
          }),
        ),
        dispatcher.request(job('c')),
      ]),
    );
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.kind : outcome.reason))).toEqual([
      'superseded',
      neverSent,
      'answered',
    ]);
    expect(sent).toEqual(['c']);
    expect((await ledger.usage({ rate: { requests: 2, windowMs: 1000 } })).total).toBe(1);
    expect(dispatcher.sent.lookup).toBe(1);
  });

  it('keeps an answer before the request counts as over: whoever looks then finds it', async () => {
    const { clock, dispatcher, job, ledger } = await scene();
    const order: string[] = [];
    const request = { kind: 'lookup', subject: 'a', charged: true } as const;
    await clock.run(
      dispatcher.request(
        job('a', {
          keep: async () => {
            order.push(`kept, on the wire: ${await ledger.isOnTheWire(request)}`);
          },
        }),
      ),
    );
    order.push(`over, on the wire: ${await ledger.isOnTheWire(request)}`);
    expect(order).toEqual(['kept, on the wire: true', 'over, on the wire: false']);
  });

  it('counts a failed request like any other: it may have been counted there', async () => {
    const { clock, dispatcher, job, ledger } = await scene();
    const send = async (): Promise<string> => {
      throw new ApiError('API_UNAVAILABLE', 'reset');
    };
    await clock.run(Promise.allSettled([dispatcher.request(job('a', { send }))]));
    expect(await ledger.usage({ rate: { requests: 2, windowMs: 1000 } })).toMatchObject({ total: 1, inWindow: 1 });
  });

  it('sends nothing while the service cannot be reached, and fails all together when it stays so', async () => {
    const { clock, dispatcher, job, sent } = await scene();
    const start = clock.now();
    dispatcher.hold(start + 700);
    await clock.run(dispatcher.request(job('a')));
    expect(clock.now()).toBe(start + 700);
    const down = new ApiError('API_UNAVAILABLE', 'down', { neverSent: true });
    dispatcher.fail(down);
    await expect(clock.run(dispatcher.request(job('b')))).rejects.toBe(down);
    expect(sent).toEqual(['a']);
  });
});
