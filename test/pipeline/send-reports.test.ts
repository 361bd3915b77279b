import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sendabilityOf } from '../../src/domain/case-send.js';
import { mark } from '../../src/domain/case-mark.js';
import type { Case } from '../../src/domain/case.js';
import { ReportError } from '../../src/errors.js';
import { sendReports, type ReportMail, type SendOptions, type SendResult } from '../../src/pipeline/send-reports.js';
import type { CaseStore, Mailer } from '../../src/ports.js';
import { openStore } from '../../src/store/open.js';
import { anyMail } from '../contract/mailer.js';
import { after, observe } from '../domain/case-support.js';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.js';
import { startMailServer, type ServerMood } from '../support/mail-server.js';
import { createMemoryMailer, type MemoryMailer } from '../support/memory-mailer.js';
import { tempFolder } from '../support/temp.js';
import { VirtualClock } from '../support/virtual-clock.js';

const OPTIONS: SendOptions = { rate: { requests: 100, windowMs: 1000 }, retryAfterMs: [60_000, 300_000] };
const VENDORS = ['Alpha', 'Beta', 'Gamma'];

/** A store on disk with an open case at each vendor, about one file. */
async function storeWithCases() {
  const clock = new VirtualClock();
  const store = await openStore({
    path: join(tempFolder(), 'absolve.db'),
    clock,
    owner: { host: 'here', pid: 1, run: 'run', isAlive: () => true },
  });
  onTestFinished(() => store.close());
  const opened = after(observe(0, Object.fromEntries(VENDORS.map((vendor) => [vendor, 'x']))));
  await store.updateCases([opened[0]!.artifact.id], () => opened);
  return { clock, store };
}

const caseOf = async (store: CaseStore, vendor: string): Promise<Case> =>
  (await store.findCases('all')).find((each) => each.vendor === vendor)!;

async function messagesFor(store: CaseStore): Promise<readonly ReportMail[]> {
  const cases = await store.findCases('all');
  return cases.map(({ id, vendor, artifact }) => ({
    vendor,
    mail: { ...anyMail(), to: [`${vendor.toLowerCase()}@vendor.example`], messageId: `<${vendor}@example.com>` },
    cases: [id],
    artifacts: [artifact.id],
  }));
}

async function world() {
  const { clock, store } = await storeWithCases();
  const mailer = createMemoryMailer();
  const messages = await messagesFor(store);
  const send = (
    options: Partial<SendOptions> = {},
    signal = new AbortController().signal,
    through: Mailer = mailer,
  ): Promise<SendResult> =>
    clock.run(sendReports(messages, { store, mailer: through, clock, signal }, { ...OPTIONS, ...options }));
  return { clock, store, mailer, messages, send };
}

const states = ({ deliveries }: SendResult): readonly string[] => deliveries.map(({ state }) => state);
const recipients = ({ received }: MemoryMailer): readonly string[] => received.flatMap(({ to }) => to);

describe('sending reports', () => {
  it('sends each once, in order, and records to whom and as what', async () => {
    const { store, mailer, send } = await world();
    const result = await send();
    expect(states(result)).toEqual(['sent', 'sent', 'sent']);
    expect(result.deliveries[0]).toMatchObject({ at: expect.stringMatching(/^2026-/), reason: '250 queued' });
    expect(recipients(mailer)).toEqual(['alpha@vendor.example', 'beta@vendor.example', 'gamma@vendor.example']);
    const alpha = await caseOf(store, 'Alpha');
    expect(alpha.state).toBe('reported');
    expect(alpha.events.slice(-2)).toMatchObject([
      { kind: 'sending', origin: 'report' },
      { kind: 'reported', detail: { to: 'alpha@vendor.example', messageId: '<Alpha@example.com>' } },
    ]);
  });

  it('sends nothing a second time', async () => {
    const { mailer, send } = await world();
    await send();
    expect(states(await send())).toEqual(['taken', 'taken', 'taken']);
    expect(mailer.begun).toHaveLength(3);
  });

  it('lets one refusal cost itself alone, and tries it again in the next run', async () => {
    const { store, mailer, send } = await world();
    mailer.moods('take', 550);
    expect(states(await send())).toEqual(['sent', 'refused', 'sent']);
    const beta = await caseOf(store, 'Beta');
    expect(beta.state).toBe('open');
    expect(beta.events.at(-1)).toMatchObject({ kind: 'unsent', detail: { reason: '550 no' } });
    expect(states(await send())).toEqual(['taken', 'sent', 'taken']);
  });

  it('comes back to what is greylisted when all others are through', async () => {
    const { clock, mailer, send } = await world();
    const startedAt = clock.now();
    mailer.moods(451, 'take', 451, 451);
    expect(states(await send())).toEqual(['sent', 'sent', 'sent']);
    expect(recipients(mailer)).toEqual(['beta@vendor.example', 'gamma@vendor.example', 'alpha@vendor.example']);
    expect(clock.now() - startedAt).toBe(360_000);
  });

  it('leaves for the next run what is deferred longer than this one waits', async () => {
    const { store, mailer, send } = await world();
    mailer.moods(451, 'take', 'take', 451, 451);
    expect(states(await send())).toEqual(['deferred', 'sent', 'sent']);
    expect(sendabilityOf(await caseOf(store, 'Alpha'))).toBe('due');
  });

  it('never sends again by itself what may have arrived', async () => {
    const { store, mailer, send } = await world();
    mailer.moods('cut-late');
    expect(states(await send())).toEqual(['unclear', 'sent', 'sent']);
    expect(states(await send())).toEqual(['taken', 'taken', 'taken']);
    expect(sendabilityOf(await caseOf(store, 'Alpha'))).toBe('unclear');
    // A person looked, and it is not in the "sent" folder.
    const { artifact } = await caseOf(store, 'Alpha');
    await store.updateCases([artifact.id], (cases) =>
      cases.map((each) => (each.vendor === 'Alpha' ? mark(each, { to: 'open', at: 1, origin: 'user' }) : each)),
    );
    expect(states(await send())).toEqual(['sent', 'taken', 'taken']);
  });

  it('stops at a server that takes nothing, and says so once', async () => {
    const { store, mailer, send } = await world();
    mailer.moods('take', new ReportError('REPORT_SEND', 'the mail server refused the login'));
    const result = await send();
    expect(states(result)).toEqual(['sent', 'not-tried', 'not-tried']);
    expect(result.failure).toMatchObject({ code: 'REPORT_SEND' });
    expect(mailer.begun).toHaveLength(2);
    expect(sendabilityOf(await caseOf(store, 'Beta'))).toBe('due');
    expect(states(await send())).toEqual(['taken', 'sent', 'sent']);
  });

  it('keeps to the rate', async () => {
    const { clock, send } = await world();
    const startedAt = clock.now();
    await send({ rate: { requests: 2, windowMs: 60_000 } });
    expect(clock.now() - startedAt).toBe(60_000);
  });

  it('stops when it is interrupted, knows what it did, and goes on later', async () => {
    const { mailer, send } = await world();
    const controller = new AbortController();
    const interrupted: Mailer = {
      async send(mail, options) {
        const outcome = await mailer.send(mail, options);
        controller.abort(new Error('interrupted'));
        return outcome;
      },
    };
    expect(states(await send({}, controller.signal, interrupted))).toEqual(['sent', 'not-tried', 'not-tried']);
    expect(states(await send())).toEqual(['taken', 'sent', 'sent']);
    expect(mailer.received).toHaveLength(3);
  });

  it('sends a message about several cases only when all of them are due', async () => {
    const { clock, store, mailer, messages } = await world();
    const both: ReportMail = { ...messages[0]!, cases: [...messages[0]!.cases, ...messages[1]!.cases] };
    const deps = { store, mailer, clock, signal: new AbortController().signal };
    await clock.run(sendReports([messages[1]!], deps, OPTIONS));
    expect(states(await clock.run(sendReports([both], deps, OPTIONS)))).toEqual(['taken']);
    expect(mailer.received).toHaveLength(1);
    expect(sendabilityOf(await caseOf(store, 'Alpha'))).toBe('due');
  });

  it('lets one of two processes send', async () => {
    const { clock, store, mailer, messages } = await world();
    const deps = { store, mailer, clock, signal: new AbortController().signal };
    const results = await clock.run(
      Promise.all([sendReports(messages, deps, OPTIONS), sendReports(messages, deps, OPTIONS)]),
    );
    expect(results.flatMap(states).toSorted()).toEqual(['sent', 'sent', 'sent', 'taken', 'taken', 'taken']);
    expect(mailer.received).toHaveLength(3);
  });
});

it('A server that greylists gets it when it comes back, over a real connection', async () => {
  const { store, messages } = await world();
  const server = await startMailServer();
  server.moods(451, 'take', 450, 'take');
  const waits: number[] = [];
  // Waits for nothing: what is waited for is not the point, and the connection is a real one.
  const clock = { now: () => Date.now(), until: async (instant: number) => void waits.push(instant - Date.now()) };
  const deps = { store, mailer: createSmtpMailer(server.settings), clock, signal: new AbortController().signal };
  const result = await sendReports(messages, deps, OPTIONS);
  expect(states(result)).toEqual(['sent', 'sent', 'sent']);
  expect(server.received.flatMap(({ to }) => to)).toEqual([
    'beta@vendor.example',
    'alpha@vendor.example',
    'gamma@vendor.example',
  ]);
  expect(Math.max(...waits)).toBeGreaterThan(59_000);
});

it('Whatever servers do and whenever the program dies, no message is ever taken twice', async () => {
  const mood = fc.constantFrom<(ServerMood | 'die-before' | 'die-after')[]>(
    'take',
    'take',
    'cut-late',
    'cut-early',
    'refuse-content',
    451,
    550,
    'die-before',
    'die-after',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(mood, { maxLength: 6 }), { minLength: 1, maxLength: 5 }), async (runs) => {
      const { clock, store, mailer, messages } = await world();
      for (const moods of runs) {
        const waiting = [...moods];
        const dying: Mailer = {
          async send(mail, options) {
            const next = waiting.shift() ?? 'take';
            // A dead process neither hears the answer nor writes it down: its store is never touched again.
            if (next === 'die-before') return new Promise(() => {});
            if (next === 'die-after') {
              await mailer.send(mail, options);
              return new Promise(() => {});
            }
            mailer.moods(next);
            return mailer.send(mail, options);
          },
        };
        const deps = { store, mailer: dying, clock, signal: new AbortController().signal };
        const run = sendReports(messages, deps, { ...OPTIONS, retryAfterMs: [60_000] });
        await clock.run(run).catch((error: Error) => {
          if (!error.message.includes('nothing will come')) throw error;
        });
      }
      const taken = mailer.received.flatMap(({ to }) => to);
      expect(new Set(taken).size).toBe(taken.length);
    }),
    { numRuns: 60 },
  );
});
