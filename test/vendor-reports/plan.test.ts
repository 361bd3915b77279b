import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance } from '../../src/domain/case-advance.js';
import { mark } from '../../src/domain/case-mark.js';
import { beginSending } from '../../src/domain/case-send.js';
import type { Case } from '../../src/domain/case.js';
import { noteWords } from '../../src/vendor-reports/words.js';
import { after, identify, observe } from '../domain/case-support.js';
import { loadDirectory } from '../../src/vendors/directory.js';
import type { LocalFacts } from '../../src/vendor-reports/publisher.js';
import { NO_PUBLISHER } from '../../src/vendor-reports/publisher.js';
import { detection, falsePositive, NOW, planOf, reportTo } from '../support/reports.js';

const SHA = 'a'.repeat(64);
const present = (members: Partial<LocalFacts> = {}): ReadonlyMap<string, LocalFacts> =>
  new Map([[SHA, { state: 'present', path: '/x/setup.exe', sizeBytes: 1000, ...members }]]);
const codes = (notes: readonly { readonly code: string }[]): readonly string[] => notes.map(({ code }) => code);

describe('planning reports', () => {
  it('makes one report for a vendor with all its engines and all its artifacts', () => {
    const plan = planOf([
      falsePositive(['K7AntiVirus', 'Microsoft'], { name: 'b.exe', sha256: '1'.repeat(64) }),
      falsePositive(['K7GW'], { name: 'a.exe', sha256: '2'.repeat(64) }),
    ]);
    const report = reportTo(plan, 'K7 Computing');
    expect(report.engines).toEqual(['K7AntiVirus', 'K7GW']);
    expect(report.artifacts.map(({ name, detections }) => [name, detections.map(({ engine }) => engine)])).toEqual([
      ['a.exe', ['K7GW']],
      ['b.exe', ['K7AntiVirus']],
    ]);
    expect(plan.reports).toHaveLength(2);
  });

  it('puts the source of an engine before those that license it, and says whom it should clear', () => {
    const plan = planOf([falsePositive(['Emsisoft', 'ALYac', 'Microsoft', 'BitDefender', 'GData'])]);
    const vendors = plan.reports.map(({ vendor }) => vendor);
    expect(vendors[0]).toBe('Bitdefender');
    expect(vendors.at(-1)).toBe('Microsoft');
    expect(plan.reports[0]?.clears).toEqual(['ALYac', 'Emsisoft', 'GData']);
    const emsisoft = reportTo(plan, 'Emsisoft');
    expect(emsisoft.upstream).toEqual({ vendor: 'Bitdefender', isInPlan: true, isFlagging: true });
    expect(codes(emsisoft.notes)).toContain('after-upstream');
  });

  it('says when the source of an engine does not flag itself', () => {
    const report = reportTo(planOf([falsePositive(['ALYac'])]), 'ESTsecurity');
    expect(report.upstream).toEqual({ vendor: 'Bitdefender', isInPlan: false, isFlagging: false });
    expect(codes(report.notes)).toContain('upstream-silent');
  });

  it('writes for an old key to whom the engine belongs to today', () => {
    const plan = planOf([falsePositive(['MAX', 'AegisLab'])]);
    expect(plan.reports.map(({ vendor }) => vendor)).toEqual(['Lionic', 'Saint Security (CTX)']);
  });

  describe('with cases', () => {
    const artifact = falsePositive(['Bkav', 'VIPRE', 'BitDefender', 'Comodo']);
    const [bkav, bitdefender, vipre, comodo] = ['Bkav', 'BitDefender', 'VIPRE', 'Comodo'].map(
      (engine) => after(observe(0, { [engine]: 'x' }, { artifact: { kind: 'file', id: SHA, name: 'setup.exe' } }))[0]!,
    ) as [Case, Case, Case, Case];
    const cases = [bkav, bitdefender, vipre, comodo];
    const reported = (each: Case): Case => mark(each, { to: 'reported', at: NOW, origin: 'user', ticket: '4711' });

    it('knows which case a report is about, also under another name of the vendor', () => {
      const plan = planOf([artifact], { cases });
      expect(reportTo(plan, 'Bkav Corporation').cases).toEqual([bkav.id]);
      expect(reportTo(plan, 'Xcitium (was Comodo)').cases).toEqual([comodo.id]);
    });

    it('tells the user what was reported before, and leaves it in: a person decides', () => {
      const { cases: known, notes } = reportTo(planOf([artifact], { cases: cases.map(reported) }), 'Bkav Corporation');
      expect(known).toEqual([bkav.id]);
      expect(notes).toContainEqual({
        code: 'reported-before',
        args: { artifact: 'setup.exe', vendor: 'Bkav', day: '2026-11-24', ticket: '4711' },
      });
    });

    it('leaves out for sending what was reported, is unclear, over or not followed', () => {
      const message = { to: 'a@b.example', messageId: '<1@b.example>' };
      const plan = planOf([artifact], {
        onlyDue: true,
        cases: [
          reported(bkav),
          beginSending(bitdefender, message, NOW),
          mark(vipre, { to: 'rejected', at: NOW, origin: 'user' }),
        ],
      });
      expect(plan.reports).toEqual([]);
      expect(plan.artifacts).toEqual([]);
      expect(codes(plan.notes)).toEqual(['reported-before', 'not-due-over', 'sending-unclear', 'not-due-unfollowed']);
      for (const note of plan.notes) expect(noteWords(note)).toMatch(/setup\.exe/);
    });

    it('knows of a licensee whose upstream was reported before', () => {
      const plan = planOf([artifact], { onlyDue: true, cases: [bkav, reported(bitdefender), vipre, comodo] });
      const { upstream, notes } = reportTo(plan, 'VIPRE Security');
      expect(upstream).toEqual({ vendor: 'Bitdefender', isInPlan: false, isFlagging: true });
      expect(codes(notes)).toContain('upstream-reported');
    });

    it('follows a case that was superseded into the one after it', () => {
      const [old, next] = advance(
        [reported(bkav)],
        observe(1, { Bkav: 'y' }, { artifact: bkav.artifact }),
        identify,
      ) as [Case, Case];
      const plan = planOf([artifact], { onlyDue: true, cases: [old, next] });
      expect(plan.reports.map(({ cases: known }) => known)).toEqual([[next.id]]);
    });
  });

  it('leaves out every verdict but likely false positives, and says so to the user', () => {
    const plan = planOf([falsePositive(['Microsoft'], { name: 'odd.exe', verdict: 'needs-review' })]);
    expect(plan.reports).toEqual([]);
    expect(plan.notes).toEqual([{ code: 'left-out', args: { artifact: 'odd.exe', verdict: 'needs-review' } }]);
  });

  it('includes the others when forced, with a note for the user', () => {
    const plan = planOf([falsePositive(['Microsoft'], { verdict: 'unproven' })], { force: true });
    expect(plan.isForced).toBe(true);
    expect(codes(reportTo(plan, 'Microsoft').notes)).toContain('forced');
  });

  it('reports engines that nobody can be written to for, with what can be done', () => {
    const { unreachable, reports } = planOf([falsePositive(['NewAV', 'SUPERAntiSpyware', 'Microsoft'])]);
    expect(unreachable).toMatchObject([
      { engine: 'NewAV', vendor: 'NewAV', artifacts: [SHA], reason: 'unknown-engine' },
      { engine: 'SUPERAntiSpyware', artifacts: [SHA], reason: 'no-channel' },
    ]);
    for (const { advice } of unreachable) expect(advice.length).toBeGreaterThan(0);
    expect(reports).toHaveLength(1);
  });

  it('lists missing facts instead of inventing them, with the vendors that ask for each', () => {
    const artifact = falsePositive(['Microsoft', 'Bkav'], { evidence: [] });
    const plan = planOf([artifact], {}, NO_PUBLISHER);
    const byCode = new Map(plan.missing.map((fact) => [fact.code, fact]));
    for (const code of ['product', 'publisher', 'contact.name', 'contact.email', 'purpose', 'publishedAt', 'since']) {
      expect(byCode.has(code)).toBe(true);
    }
    expect(byCode.get('contact.email')?.askedBy).toEqual(['Microsoft']);
    expect(byCode.get('artifact.signer')?.artifacts).toEqual(['setup.exe']);
    expect(reportTo(plan, 'Microsoft').missing).toEqual(['publisher', 'contact.role', 'contact.email', 'purpose']);
    expect(planOf([artifact]).missing.map(({ code }) => code)).toEqual(['artifact.version', 'artifact.signer']);
  });

  it('takes what the file itself tells before what the evidence tells', () => {
    const local = present({ version: '4.2', signer: { subject: 'CN=Other', thumbprintSha1: 'e'.repeat(40) } });
    const { artifacts } = planOf([falsePositive(['Bkav'])], { local });
    expect(artifacts[0]).toMatchObject({ version: '4.2', signer: { subject: 'CN=Other' } });
    expect(planOf([falsePositive(['Bkav'])]).artifacts[0]?.signer).toEqual({
      subject: 'CN=Example Ltd',
      thumbprintSha256: 'd'.repeat(64),
      signedAt: '2026-11-01T00:00:00Z',
      timestampedBy: 'CN=TSA',
    });
  });

  it('never shows a signature that does not hold', () => {
    const detail = { state: 'tampered', subject: 'CN=Example Ltd' };
    const artifact = falsePositive(['Bkav'], { evidence: [{ kind: 'signature', outcome: 'contradicts', detail }] });
    expect(planOf([artifact]).artifacts[0]?.signer).toBeUndefined();
  });

  it('narrows to some vendors without forgetting who clears whom', () => {
    const plan = planOf([falsePositive(['BitDefender', 'ALYac', 'Microsoft'])], { vendors: ['ESTsecurity'] });
    expect(plan.reports).toMatchObject([
      { vendor: 'ESTsecurity', upstream: { vendor: 'Bitdefender', isInPlan: true } },
    ]);
  });

  it('takes no address that is known to be dead', () => {
    for (const entry of loadDirectory().entries) {
      const [report] = planOf([falsePositive([entry.engine])]).reports;
      const dead = new Set((entry.deadContacts ?? []).map(({ contact }) => contact));
      expect(report?.contact.emails.filter((email) => dead.has(email)) ?? []).toEqual([]);
    }
  });

  it('reaches every engine or says that it cannot: none is lost', () => {
    const engines = loadDirectory().entries.map(({ engine }) => engine);
    fc.assert(
      fc.property(fc.subarray([...engines, 'Unknown 1', 'Unknown 2']), (flagging) => {
        const plan = planOf([falsePositive(flagging)]);
        const reached = [
          ...plan.reports.flatMap((report) => report.engines),
          ...plan.unreachable.map(({ engine }) => engine),
        ];
        expect(reached.toSorted()).toEqual(flagging.toSorted());
        const order = plan.reports.map(({ vendor }) => vendor);
        for (const { vendor, upstream } of plan.reports) {
          if (upstream?.isInPlan === true && order.includes(upstream.vendor)) {
            expect(order.indexOf(upstream.vendor)).toBeLessThan(order.indexOf(vendor));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('does not depend on the order of artifacts and detections', () => {
    const one = falsePositive(['Bkav', 'Microsoft'], { name: 'one.exe', sha256: '1'.repeat(64) });
    const two = falsePositive([], {
      name: 'two.exe',
      detections: [detection('Microsoft', 'x'), detection('Bkav', 'y')],
    });
    const turned = { ...one, detections: one.detections.toReversed() };
    expect(planOf([two, turned])).toEqual(planOf([one, two]));
  });
});

describe('planning samples', () => {
  it('hands over a file that is there, zipped with the password that the vendor asks for', () => {
    const plan = planOf([falsePositive(['Panda', 'BitDefender'])], { local: present() });
    expect(reportTo(plan, 'Bitdefender').sample).toMatchObject({
      kind: 'archive',
      password: 'infected',
      limitBytes: 25_000_000,
      files: [{ path: '/x/setup.exe', sha256: SHA }],
    });
    const panda = plan.reports.find(({ engines }) => engines.includes('Panda'));
    expect(panda?.sample).toMatchObject({ kind: 'archive', password: 'panda' });
  });

  it('makes no archive for a vendor that wants the bare file', () => {
    const report = reportTo(planOf([falsePositive(['Symantec'])], { local: present() }), 'Broadcom (Symantec)');
    expect(report.sample.kind).toBe('bare');
    expect(codes(report.notes)).toContain('sample-bare');
  });

  it.each([
    ['is tampered with', { verdict: 'tampered' as const }, present(), 'sample-tampered'],
    ['has changed', {}, present({ state: 'changed' }), 'sample-changed'],
    ['is gone', {}, new Map<string, LocalFacts>(), 'sample-gone'],
    ['cannot be read', {}, present({ state: 'unread' }), 'sample-unread'],
  ])('hands over nothing of a file that %s, also when forced', (_what, members, local, note) => {
    const report = reportTo(planOf([falsePositive(['Bkav'], members)], { local, force: true }), 'Bkav Corporation');
    expect(report.sample).toEqual({ kind: 'none' });
    expect(codes(report.notes)).toContain(note);
  });

  it('makes the archive that the vendor asks for', () => {
    const plan = planOf([falsePositive(['Bkav', 'MaxSecure'])], { local: present() });
    expect(reportTo(plan, 'Bkav Corporation').sample).toMatchObject({ format: '7z', password: 'infected' });
    expect(reportTo(plan, 'Max Secure Software').sample).toMatchObject({ format: 'zip' });
  });

  it('plans none when the user wants none', () => {
    const report = reportTo(
      planOf([falsePositive(['Bkav'])], { local: present(), samples: false }),
      'Bkav Corporation',
    );
    expect(report.sample).toEqual({ kind: 'none' });
  });
});
