import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reviewed from '../../fixtures/labels.json' with { type: 'json' };
import { LABEL_RULES } from '../../src/domain/label-rules.js';
import { classifyLabel, findLabelRule, isFamilyName } from '../../src/domain/labels.js';
import { flaggedResults } from '../../src/domain/scan.js';
import { FALSE_POSITIVE_REPORTS, MALWARE_REPORTS, recordedScan } from '../support/recorded.js';

/** For each rule: who says what, and the family in it if there is one. */
const CASES: Readonly<Record<string, readonly [engine: string, label: string, family?: string]>> = {
  'test-file': ['Sophos', 'EICAR-AV-Test', 'eicar'],
  'suffix-ml': ['Microsoft', 'Trojan:Win32/Emotet!ml', 'emotet'],
  'microsoft-cloud-model': ['Microsoft', 'Trojan:Win32/Sabsik.FL.B'],
  'confidence-word': ['Elastic', 'malicious (moderate confidence)'],
  'grayware-confidence': ['CrowdStrike', 'win/grayware_confidence_100% (W)'],
  'malicious-confidence': ['CrowdStrike', 'win/malicious_confidence_60% (D)'],
  'static-ai': ['SentinelOne', 'Static AI - Suspicious PE'],
  'ml-attribute': ['Symantec', 'ML.Attribute.HighConfidence'],
  'advanced-ml': ['Symantec', 'Heur.AdvML.B'],
  'ml-score': ['Trapmine', 'malicious.moderate.ml.score'],
  'neural-network': ['BitDefenderTheta', 'Gen:NN.ZexaF.36680.8qW@aWj1Dnci'],
  unsafe: ['Cylance', 'Unsafe'],
  'malicious-hash': ['Cybereason', 'malicious.8fc1dc'],
  'real-protect': ['McAfeeD', 'Real Protect-LS!E2A52F78FC1D'],
  'threat-intelligence': ['McAfeeD', 'ti!0078C8132FB9'],
  'ai-detect': ['Bkav', 'W64.AIDetectMalware'],
  'at-model': ['Rising', 'Trojan.Generic@AI.100 (RDML:abc)'],
  'bare-malicious-model': ['DeepInstinct', 'MALICIOUS'],
  'bare-detected': ['Google', 'Detected'],
  'bare-suspicious': ['Acronis', 'suspicious'],
  score: ['Cynet', 'Malicious (score: 99)'],
  'ai-score': ['MAX', 'malware (ai score=85)'],
  'generic-ml': ['Paloalto', 'generic.ml'],
  'malware-ai': ['Malwarebytes', 'Malware.AI.1234567890'],
  qvm: ['Qihoo-360', 'HEUR/QVM41.1.3A2B.Malware.Gen'],
  save: ['Sangfor', 'Suspicious.Win32.Save.a'],
  mg: ['FireEye', 'Generic.mg.e2a52f78fc1dc2eb'],
  'ws-reputation': ['Symantec', 'WS.Reputation.1'],
  'file-rep': ['Avast', 'Win32:FileRepMetagen [PUP]'],
  artemis: ['Skyhigh', 'Artemis!E2A52F78FC1D'],
  'urgent-system': ['Kaspersky', 'UDS:DangerousObject.Multi.Generic'],
  'suspicious-gen': ['TrendMicro-HouseCall', 'Suspicious_GEN.F47V0101'],
  'listed-address': ['Fortinet', 'phishing'],
  'potentially-unwanted': ['ESET-NOD32', 'a variant of Win32/BrowseFox.C potentially unwanted', 'browsefox'],
  'unwanted-word': ['Fortinet', 'Riskware/BrowseFox', 'browsefox'],
  'unwanted-type': ['Xcitium', 'Application.Win32.BrowseFox.ADO@5szlzz', 'browsefox'],
  heur: ['Kaspersky', 'HEUR:Trojan.Win32.Emotet.gen', 'emotet'],
  'variant-of': ['ESET-NOD32', 'a variant of Win32/OceanLotus.B', 'oceanlotus'],
  'behaves-like': ['Skyhigh', 'BehavesLike.Win32.Generic.vc'],
  probably: ['Zoner', 'Probably W32.Malware'],
  suspicious: ['Avira', 'Suspicious.Win32.Agent'],
  'possible-threat': ['Fortinet', 'PossibleThreat.PALLAS.H'],
  'gen-variant': ['BitDefender', 'Gen:Variant.Tedy.123456'],
  susgen: ['MaxSecure', 'Trojan.Malware.300983.susgen'],
  'x-gen': ['AVG', 'Win64:MalwareX-gen [Trj]'],
  'typed-letter-code': ['McAfee', 'Trojan-FQNE!546BB6EF89BE'],
  'common-hash': ['Bkav', 'W32.Common.4E9A1C42'],
};

describe('label rules', () => {
  it.each(LABEL_RULES)('$id decides its case', (rule) => {
    const [engine, label, malwareFamily] = CASES[rule.id]!;
    expect(findLabelRule(engine, label)?.id).toBe(rule.id);
    expect(classifyLabel(engine, label)).toEqual({
      labelClass: rule.labelClass,
      ...(malwareFamily !== undefined && { malwareFamily }),
    });
  });

  it('match without case', () => {
    for (const [engine, label] of Object.values(CASES)) {
      if (label === CASES['typed-letter-code']![1]) continue;
      expect(classifyLabel(engine.toUpperCase(), label.toUpperCase()).labelClass, label).toBe(
        classifyLabel(engine, label).labelClass,
      );
    }
  });

  it('believe a word that only one engine uses that way from that engine alone', () => {
    expect(classifyLabel('Somebody', 'Detected').labelClass).toBe('unclassified');
    expect(classifyLabel('DeepInstinct', 'MALICIOUS').labelClass).toBe('machine-learning');
    expect(classifyLabel('Webroot', 'malicious').labelClass).toBe('reputation');
  });

  it('have unique ids', () => {
    expect(new Set(LABEL_RULES.map(({ id }) => id)).size).toBe(LABEL_RULES.length);
  });
});

describe('the words of a label', () => {
  it.each([
    ['Bitdefender', 'Trojan.Ransom.Hive.AF', 'hive'],
    ['Bitdefender', 'Generic.OrcusRAT.A.2DC79B36', 'orcusrat'],
    ['ALYac', 'Trojan.Agent.KerrDown', 'kerrdown'],
    ['TrendMicro', 'BKDR_ORCUSRAT.SM', 'orcusrat'],
    ['McAfee', 'AgentTesla-FDCZ!B61A4B8883BA', 'agenttesla'],
    ['Microsoft', 'Trojan:MSIL/AgentTesla.CHH!MTB', 'agenttesla'],
    ['Zillya', 'Trojan.Orcusrat.Win32.2653', 'orcusrat'],
    ['CTX', 'exe.ransomware.hive', 'hive'],
    ['Ikarus', 'Trojan.MSIL.njrat', 'njrat'],
    ['Avast', 'Win32:Emotet-AI [Trj]', 'emotet'],
    ['F-Secure', 'Exploit.EXP/CVE-2017-7308.fhbwb', 'cve-2017-7308'],
  ])('%s says %s: a named family', (engine, label, malwareFamily) => {
    expect(classifyLabel(engine, label)).toEqual({ labelClass: 'named-family', malwareFamily });
  });

  it.each([
    ['K7GW', 'Trojan ( 0058d8291 )'],
    ['Jiangmin', 'Trojan.Generic.hraje'],
    ['Kaspersky', 'Trojan.Win32.VB.dosq'],
    ['Sophos', 'Troj/VB-KCP'],
    ['Symantec', 'Trojan Horse'],
    ['Varist', 'W32/S-eab4958c!Eldorado'],
    ['DrWeb', 'Trojan.Siggen17.18834'],
    ['GData', 'Win64.Trojan.Agent.V0CFNY'],
    ['Xcitium', 'Malware@#alqeyltqjg59'],
  ])('%s says %s: no name in it', (engine, label) => {
    expect(classifyLabel(engine, label)).toEqual({ labelClass: 'generic' });
  });

  it.each(['', ' ', 'Fooblah', 'hello world', 'this file is a test', '__proto__', '威胁', '💥', 'ti!0078C8132FB9'])(
    'leaves %j unclassified',
    (label) => {
      expect(classifyLabel('Somebody', label)).toEqual({ labelClass: 'unclassified' });
    },
  );

  it.each(['emotet', 'CVE-2021-4034', 'browsefox'])('takes %s for a name', (name) => {
    expect(isFamilyName(name)).toBe(true);
  });

  it.each(['powershell', 'msil', 'agent', 'generickd', 'tedy', '12345', 'a1b2c3', '', 'xyz'])(
    'takes %j for none',
    (name) => {
      expect(isFamilyName(name)).toBe(false);
    },
  );
});

describe('recorded labels', () => {
  it('get the class and the family that were reviewed by hand', () => {
    for (const { engine, label, ...claim } of reviewed) {
      expect({ engine, label, ...classifyLabel(engine, label) }).toEqual({ engine, label, ...claim });
    }
  });

  it('are classified in at least 95 of 100 cases', () => {
    const detections = [...MALWARE_REPORTS, ...FALSE_POSITIVE_REPORTS].flatMap((name) =>
      flaggedResults(recordedScan(name)),
    );
    const classified = detections.filter(
      ({ engine, label }) => classifyLabel(engine, label ?? '').labelClass !== 'unclassified',
    );
    expect(detections.length).toBeGreaterThan(300);
    expect(classified.length / detections.length).toBeGreaterThanOrEqual(0.95);
  });
});

describe('hostile labels', () => {
  const engine = fc.constantFrom('Microsoft', 'McAfee', 'Malwarebytes', 'Kaspersky', 'Nobody');
  const part = fc.constantFrom(
    'a',
    '0',
    '-',
    '!',
    '.',
    '(',
    ' ',
    'Trojan',
    'cve-',
    'HEUR',
    'Gen:',
    'malicious',
    '\u202e',
    '\0',
  );
  const label = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(part, { maxLength: 100 }).map((parts) => parts.join('')),
    fc.tuple(part, fc.integer({ min: 1, max: 20_000 })).map(([text, times]) => text.repeat(times)),
  );

  it('give a class, and a family of plain characters at most', () => {
    fc.assert(
      fc.property(engine, label, (engine, label) => {
        const { labelClass, malwareFamily } = classifyLabel(engine, label);
        expect(labelClass).toBeTypeOf('string');
        if (malwareFamily !== undefined) expect(malwareFamily).toMatch(/^[a-z0-9-]{4,40}$/);
      }),
    );
  });

  it('take no time', () => {
    // Most of what a pattern that backtracks is slow on: long runs of what it repeats, and no end.
    const long = [
      ...'a0-!.( :/@\t',
      'cve-',
      'cve-1234',
      'heur',
      'a variant of ',
      'malware (ai score=',
      'Trojan-',
    ].flatMap((text) => [text.repeat(50_000), `Trojan.${text.repeat(50_000)}!`]);
    const startedAt = performance.now();
    for (const label of long) classifyLabel('McAfee', label);
    // 34 labels take some 10 ms here; a pattern that backtracks would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
