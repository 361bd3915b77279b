import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDetections } from '../../src/domain/build-detections.js';
import type { Detection, LabelClass } from '../../src/domain/detection.js';
import type { Evidence, EvidenceKind } from '../../src/domain/evidence.js';
import { countOpinions } from '../../src/domain/scan.js';
import { compareSeverity, DEFAULT_THRESHOLDS, judge, VERDICTS, type VerdictInput } from '../../src/domain/verdict.js';
import { explain } from '../../src/reports/reason-words.js';
import { loadDirectory } from '../../src/vendors/directory.js';
import { CLEAN_REPORTS, FALSE_POSITIVE_REPORTS, MALWARE_REPORTS, RECORDED, recordedScan } from '../support/recorded.js';

const SIGNER: Evidence = { kind: 'signer', outcome: 'supports', detail: { organisation: 'Example Software GmbH' } };
const BROKEN: Evidence = { kind: 'signature', outcome: 'contradicts', detail: { state: 'tampered' } };
const weak = (kind: EvidenceKind): Evidence => ({ kind, outcome: 'supports', detail: {} });

function detection(family: string, changes: Partial<Detection> = {}): Detection {
  const labelClass = changes.malwareFamily === undefined ? 'generic' : 'named-family';
  return { engine: family, vendor: family, family, category: 'malicious', label: 'x', labelClass, ...changes };
}

const detections = (count: number, changes: Partial<Detection> = {}): Detection[] =>
  Array.from({ length: count }, (_, index) => detection(`engine ${index}`, changes));

const input = (changes: Partial<VerdictInput> = {}): VerdictInput => ({
  kind: 'file',
  opinions: 70,
  detections: [],
  evidence: [],
  ...changes,
});

const codesOf = (changes: Partial<VerdictInput>): readonly string[] =>
  judge(input(changes)).reasons.map(({ code }) => code);

describe('a file that nothing flags', () => {
  it('is clean when enough engines answered', () => {
    expect(judge(input())).toEqual({ verdict: 'clean', reasons: [{ code: 'no-detections', args: { opinions: 70 } }] });
  });

  it('is undecided when too few did', () => {
    const { minOpinionsFile } = DEFAULT_THRESHOLDS;
    expect(judge(input({ opinions: minOpinionsFile })).verdict).toBe('clean');
    expect(judge(input({ opinions: minOpinionsFile - 1 })).verdict).toBe('undecided');
    expect(judge(input({ opinions: 0 })).verdict).toBe('undecided');
  });

  it('is undecided for the reason that there is no answer', () => {
    const missing = { code: 'not-uploaded', args: {} };
    expect(judge(input({ missing }))).toEqual({ verdict: 'undecided', reasons: [missing] });
  });
});

describe('a flagged file', () => {
  it('is likely a false positive when it is proven and the detections are weak', () => {
    expect(judge(input({ detections: detections(2), evidence: [SIGNER] }))).toEqual({
      verdict: 'likely-false-positive',
      reasons: [
        { code: 'proven', args: { kinds: ['signer'] } },
        { code: 'weak-detections', args: { detections: 2, independent: 2, opinions: 70, classes: ['generic'] } },
      ],
    });
  });

  it('is unproven without evidence', () => {
    const { verdict, reasons } = judge(input({ detections: detections(2) }));
    expect(verdict).toBe('unproven');
    expect(reasons).toEqual([{ code: 'no-evidence', args: { detections: 2 } }]);
  });

  it('is unproven when all that supports it can be had by anybody', () => {
    const kinds: EvidenceKind[] = ['known-distributor', 'service-signature', 'signature', 'trusted-verdict'];
    const { verdict, reasons } = judge(input({ detections: detections(1), evidence: kinds.map(weak) }));
    expect(verdict).toBe('unproven');
    expect(reasons).toEqual([{ code: 'weak-evidence', args: { kinds } }]);
  });

  it('is no false positive when the answer is old or partial', () => {
    const missing = { code: 'quota-day', args: {} };
    expect(judge(input({ detections: detections(1), evidence: [SIGNER], missing })).verdict).toBe('undecided');
  });

  it('is no false positive when hardly any engine answered', () => {
    expect(judge(input({ detections: detections(1), evidence: [SIGNER], opinions: 3 })).verdict).toBe('undecided');
  });

  it('stays flagged when every detection is accepted', () => {
    const ignored = { reason: 'reported', until: '2026-12-31' };
    expect(judge(input({ detections: detections(1, { ignored }) })).verdict).toBe('unproven');
    expect(judge(input({ detections: detections(9, { ignored }), evidence: [SIGNER] })).verdict).toBe('needs-review');
  });
});

describe('a proven file needs review when', () => {
  const proven = (changes: Partial<VerdictInput>) => {
    const { verdict, reasons } = judge(input({ evidence: [SIGNER], ...changes }));
    return [verdict, ...reasons.map(({ code }) => code)];
  };

  it('two independent engines name the same malware', () => {
    const malwareFamily = 'emotet';
    const agreed = [detection('avast', { malwareFamily }), detection('eset-nod32', { malwareFamily })];
    expect(judge(input({ detections: agreed, evidence: [SIGNER] }))).toEqual({
      verdict: 'needs-review',
      reasons: [
        { code: 'proven', args: { kinds: ['signer'] } },
        { code: 'family-agreed', args: { malware: 'emotet', families: ['avast', 'eset-nod32'] } },
      ],
    });
  });

  it('they name it with different endings', () => {
    const both = [detection('a', { malwareFamily: 'redline' }), detection('b', { malwareFamily: 'redlinestealer' })];
    expect(proven({ detections: both })).toEqual(['needs-review', 'proven', 'family-agreed']);
  });

  it('labels of any class name it', () => {
    const labelClass = 'unwanted';
    const both = detections(2, { labelClass, malwareFamily: 'browsefox' });
    expect(proven({ detections: both })[0]).toBe('needs-review');
  });

  it('the service counts a name', () => {
    const popularThreat = { names: [{ value: 'Hive', count: 3 }] };
    expect(proven({ detections: detections(3), popularThreat })).toEqual(['needs-review', 'proven', 'popular-threat']);
  });

  it('three engines claim something specific, whatever it is', () => {
    const names = ['emotet', 'qakbot', 'wannacry'].map((malwareFamily) => detection(malwareFamily, { malwareFamily }));
    expect(proven({ detections: names })).toEqual(['needs-review', 'proven', 'specific-claims']);
    expect(proven({ detections: names.slice(1) })[0]).toBe('likely-false-positive');
    expect(proven({ detections: detections(3, { labelClass: 'unclassified' }) })[0]).toBe('needs-review');
  });

  it('too many independent engines flag it', () => {
    const { maxIndependentOpinionsFile: most } = DEFAULT_THRESHOLDS;
    expect(proven({ detections: detections(most) })[0]).toBe('likely-false-positive');
    expect(proven({ detections: detections(most + 1) })).toEqual(['needs-review', 'proven', 'many-opinions']);
  });

  it('too many lists have the URL', () => {
    const { maxIndependentOpinionsUrl: most } = DEFAULT_THRESHOLDS;
    expect(proven({ kind: 'url', detections: detections(most) })[0]).toBe('likely-false-positive');
    expect(proven({ kind: 'url', detections: detections(most + 1) })[0]).toBe('needs-review');
  });
});

describe('a proven file does not need review because', () => {
  const verdictOf = (changes: Partial<VerdictInput>) => judge(input({ evidence: [SIGNER], ...changes })).verdict;

  it('engines of one family repeat each other', () => {
    const licensees = Array.from({ length: 8 }, (_, index) =>
      detection('bitdefender', { engine: `licensee ${index}`, malwareFamily: 'hive' }),
    );
    expect(verdictOf({ detections: licensees })).toBe('likely-false-positive');
  });

  it('the service counts the name of a platform or a cluster', () => {
    const names = ['msil', 'powershell', 'tedy', 'agent'].map((value) => ({ value, count: 9 }));
    expect(verdictOf({ detections: detections(3), popularThreat: { names } })).toBe('likely-false-positive');
  });
});

describe('contradicting evidence', () => {
  it('makes it tampered, flagged or not, answered or not', () => {
    for (const changes of [
      {},
      { detections: detections(3) },
      { opinions: 0, missing: { code: 'timeout', args: {} } },
    ]) {
      expect(judge(input({ ...changes, evidence: [SIGNER, BROKEN] }))).toEqual({
        verdict: 'tampered',
        reasons: [{ code: 'evidence-contradicts', args: { kind: 'signature' } }],
      });
    }
  });
});

describe('recorded reports', () => {
  const directory = loadDirectory();
  const judgeReport = (name: string, evidence: readonly Evidence[]) => {
    const scan = recordedScan(name);
    return judge({
      kind: scan.kind,
      opinions: countOpinions(scan.kind, scan.stats),
      detections: buildDetections(scan, directory, [], 0).detections,
      evidence,
      ...(scan.facts.popularThreat !== undefined && { popularThreat: scan.facts.popularThreat }),
    }).verdict;
  };
  const ALL_SUPPORTS: readonly Evidence[] = [
    SIGNER,
    { kind: 'published-hash', outcome: 'supports', detail: { algorithm: 'sha256' } },
    ...(['signature', 'timestamp', 'known-distributor', 'trusted-verdict', 'service-signature'] as const).map(weak),
  ];

  it.each(MALWARE_REPORTS)('%s is never called a false positive', (name) => {
    expect(judgeReport(name, [])).toBe('unproven');
    expect(judgeReport(name, ALL_SUPPORTS)).toBe('needs-review');
  });

  it.each(FALSE_POSITIVE_REPORTS)('%s is one with evidence, and unproven without', (name) => {
    expect(judgeReport(name, [SIGNER])).toBe('likely-false-positive');
    expect(judgeReport(name, [])).toBe('unproven');
  });

  it.each(CLEAN_REPORTS)('%s is clean', (name) => {
    expect(judgeReport(name, [])).toBe('clean');
  });

  it.each(RECORDED.filter((name) => /^url-(?:report|object)-malicious-|^url-object-malicious8/.test(name)))(
    '%s is never called a false positive',
    (name) => {
      expect(judgeReport(name, ALL_SUPPORTS)).toBe('needs-review');
    },
  );

  it('are there', () => {
    expect(MALWARE_REPORTS.length).toBeGreaterThanOrEqual(7);
    expect(FALSE_POSITIVE_REPORTS.length).toBeGreaterThanOrEqual(2);
  });
});

describe('the order of severity', () => {
  it('is as listed, undecided before all', () => {
    expect(VERDICTS.toSorted(compareSeverity)).toEqual([
      'undecided',
      'clean',
      'likely-false-positive',
      'unproven',
      'needs-review',
      'tampered',
    ]);
  });
});

/** Few values each, so that agreement, sameness and thresholds come up all the time. */
const CLASSES: LabelClass[] = [
  'reputation',
  'machine-learning',
  'heuristic',
  'generic',
  'unwanted',
  'named-family',
  'unclassified',
];
const family = fc.constantFrom('bitdefender', 'avast', 'avira', 'sophos', 'k7', 'trend', 'a', 'b', 'c', 'd', 'e');
const malware = fc.constantFrom('emotet', 'orcus', 'orcusrat', 'hive', 'wbna');
const someDetection: fc.Arbitrary<Detection> = fc
  .record({
    family,
    category: fc.constantFrom('malicious' as const, 'suspicious' as const),
    labelClass: fc.constantFrom(...CLASSES),
    named: fc.option(malware, { nil: undefined }),
    ignored: fc.boolean(),
  })
  .map(({ family, category, labelClass, named, ignored }) => ({
    ...detection(family, { category, labelClass }),
    ...(named !== undefined && { malwareFamily: named }),
    ...(ignored && { ignored: { reason: 'r', until: '2099-01-01' } }),
  }));
const kind = fc.constantFrom<EvidenceKind>(
  'signature',
  'signer',
  'timestamp',
  'published-hash',
  'download-match',
  'version-resource',
  'known-distributor',
  'trusted-verdict',
  'service-signature',
  'impersonation',
);
const detail = fc.constantFrom({}, { algorithm: 'sha256' }, { algorithm: 'sha256', against: 'published-hash' });
const evidenceOf = (...outcomes: Evidence['outcome'][]): fc.Arbitrary<Evidence[]> =>
  fc.array(fc.record({ kind, outcome: fc.constantFrom(...outcomes), detail }), { maxLength: 6 });
const someThreat = fc.option(
  fc.record({
    names: fc.array(fc.record({ value: malware, count: fc.integer({ min: 0, max: 30 }) }), { maxLength: 3 }),
  }),
  { nil: undefined },
);
const someInput: fc.Arbitrary<VerdictInput> = fc
  .record({
    kind: fc.constantFrom('file' as const, 'url' as const, 'hash' as const),
    silent: fc.integer({ min: 0, max: 75 }),
    detections: fc.array(someDetection, { maxLength: 14 }),
    evidence: fc.oneof(evidenceOf('supports', 'silent'), evidenceOf('supports', 'silent', 'contradicts')),
    popularThreat: someThreat,
    missing: fc.option(fc.constant({ code: 'timeout', args: {} }), { nil: undefined }),
  })
  .map(({ silent, popularThreat, missing, ...rest }) => ({
    ...rest,
    opinions: silent + rest.detections.length,
    ...(popularThreat !== undefined && { popularThreat }),
    ...(missing !== undefined && { missing }),
  }));

/** What is stronger than a detection: a specific claim instead of a broad one, or a name in it. */
function strengthen(weaker: Detection, malwareFamily: string): Detection {
  return {
    ...weaker,
    category: 'malicious',
    labelClass: 'named-family',
    malwareFamily: weaker.malwareFamily ?? malwareFamily,
  };
}

describe('whatever comes', () => {
  const isMilder = (after: VerdictInput, before: VerdictInput): boolean =>
    compareSeverity(judge(after).verdict, judge(before).verdict) < 0;

  it('there is one verdict with reasons that have words', () => {
    fc.assert(
      fc.property(someInput, (given) => {
        const { verdict, reasons } = judge(given);
        expect(VERDICTS).toContain(verdict);
        expect(reasons.length).toBeGreaterThan(0);
        for (const reason of reasons) expect(explain(reason)).not.toMatch(/^[a-z]+-[a-z-]+ |\?/);
      }),
      { numRuns: 1000 },
    );
  });

  it('one more detection never makes it milder', () => {
    fc.assert(
      fc.property(someInput, someDetection, (given, more) => {
        const flaggedAlso = { ...given, detections: [...given.detections, more], opinions: given.opinions + 1 };
        expect(isMilder(flaggedAlso, given)).toBe(false);
        // An engine that had found nothing finds something now.
        expect(isMilder({ ...flaggedAlso, opinions: given.opinions }, given)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('a stronger detection never makes it milder', () => {
    fc.assert(
      fc.property(someInput, fc.nat(13), malware, (given, at, name) => {
        const stronger = given.detections.map((weaker, index) => (index === at ? strengthen(weaker, name) : weaker));
        expect(isMilder({ ...given, detections: stronger }, given)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('a detection of an engine of its own is no milder than one of an engine that repeats another', () => {
    fc.assert(
      fc.property(someInput, fc.nat(13), (given, at) => {
        const independent = given.detections.map((one, index) => (index === at ? { ...one, family: 'its own' } : one));
        expect(isMilder({ ...given, detections: independent }, given)).toBe(false);
      }),
    );
  });

  it('higher counts of names never make it milder', () => {
    fc.assert(
      fc.property(someInput, malware, fc.integer({ min: 0, max: 30 }), (given, value, count) => {
        const names = [...(given.popularThreat?.names ?? []), { value, count }];
        expect(isMilder({ ...given, popularThreat: { names } }, given)).toBe(false);
      }),
    );
  });

  it('nothing outweighs what contradicts', () => {
    fc.assert(
      fc.property(someInput, kind, fc.nat(6), (given, contradicting, at) => {
        const evidence = given.evidence.toSpliced(at, 0, { kind: contradicting, outcome: 'contradicts', detail: {} });
        expect(judge({ ...given, evidence }).verdict).toBe('tampered');
      }),
    );
  });

  it('no evidence makes a false positive of a named malware that independent engines agree on', () => {
    fc.assert(
      fc.property(someInput, malware, evidenceOf('supports'), (given, malwareFamily, supports) => {
        const agreed = ['one', 'another'].map((name) => detection(name, { malwareFamily }));
        const consensus = { ...given, detections: [...given.detections, ...agreed], evidence: [...supports, SIGNER] };
        expect(judge(consensus).verdict).toBe('needs-review');
      }),
    );
  });

  it('without proof, a full answer and few opinions it is never a false positive', () => {
    fc.assert(
      fc.property(someInput, (given) => {
        const { verdict, reasons } = judge(given);
        if (verdict !== 'likely-false-positive') return;
        expect(given.missing).toBeUndefined();
        expect(given.evidence.every(({ outcome }) => outcome !== 'contradicts')).toBe(true);
        expect(reasons[0]?.code).toBe('proven');
        expect(new Set(given.detections.map(({ family }) => family)).size).toBeLessThanOrEqual(7);
      }),
      { numRuns: 2000 },
    );
  });

  it('order does not matter', () => {
    const shuffled = someInput.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray([...given.detections], { minLength: given.detections.length }),
        fc.shuffledSubarray([...given.evidence], { minLength: given.evidence.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([given, detections, evidence]) => {
        expect(judge({ ...given, detections, evidence })).toEqual(judge(given));
      }),
    );
  });

  it('accepting detections changes nothing', () => {
    fc.assert(
      fc.property(someInput, (given) => {
        const ignored = { reason: 'r', until: '2099-01-01' };
        const accepted = given.detections.map((one) => ({ ...one, ignored }));
        expect(judge({ ...given, detections: accepted })).toEqual(judge(given));
      }),
    );
  });
});

describe('reasons', () => {
  it('name the strong claims of an unproven file too', () => {
    expect(codesOf({ detections: detections(9, { malwareFamily: 'hive' }) })).toEqual([
      'no-evidence',
      'family-agreed',
      'specific-claims',
      'many-opinions',
    ]);
  });
});
