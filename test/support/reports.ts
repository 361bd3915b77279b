import type { Detection } from '../../src/domain/detection.js';
import type { CheckResult, DocumentArtifact } from '../../src/domain/document.js';
import { templateFinder } from '../../src/report-folder/read-templates.js';
import { planReports, type PlanOptions } from '../../src/vendor-reports/plan.js';
import type { Language, ReportPlan, VendorReport } from '../../src/vendor-reports/plan-types.js';
import type { PublisherFacts } from '../../src/vendor-reports/publisher.js';
import { createTemplates, type Templates } from '../../src/vendor-reports/templates.js';
import { loadDirectory } from '../../src/vendors/directory.js';
import { anyArtifact, anyResult } from './documents.js';

export const NOW = Date.UTC(2026, 10, 24, 2, 22);

export const PUBLISHER: PublisherFacts = {
  product: 'Example Mail',
  publisher: 'Example Ltd',
  website: 'https://www.example.com/',
  purpose: 'It archives mail.',
  behaviours: ['It reads the mail stores of other programs.'],
  publishedAt: ['https://www.example.com/download'],
  since: '2006',
  users: 'some thousand companies',
  contact: { name: 'Ann Example', role: 'release engineer', email: 'ann@example.com' },
};

/** Names as an attacker or a careless person writes them. */
export const HOSTILE_NAMES = [
  'a\r\nBcc: victim@example.org\r\n\r\nbody.exe',
  '"quoted" \'name\' <img src=x onerror=alert(1)>.exe',
  'invoice\u202egpj.exe',
  '😀 Prüfung 日本.exe',
  `${'long'.repeat(75)}.exe`,
  '</style></script><script>document.title="owned"</script>',
  '`${1}` {{product}} %0d%0a | [x](javascript:alert(1)).exe',
  '\ud800 lone.exe',
];

export function detection(engine: string, label = 'Gen:Variant.Tedy.1', members: Partial<Detection> = {}): Detection {
  return {
    engine,
    vendor: engine,
    family: engine.toLowerCase(),
    category: 'malicious',
    label,
    labelClass: 'generic',
    engineVersion: '1.2.3',
    engineUpdate: '2026-11-20',
    ...members,
  };
}

/** A signed file, flagged by these engines. */
export function falsePositive(engines: readonly string[], members: Partial<DocumentArtifact> = {}): DocumentArtifact {
  return anyArtifact({
    name: 'setup.exe',
    sha1: 'b'.repeat(40),
    md5: 'c'.repeat(32),
    permalink: `https://www.virustotal.com/gui/file/${'a'.repeat(64)}`,
    analysedAt: '2026-11-23T10:00:00Z',
    verdict: 'likely-false-positive',
    detections: engines.map((engine) => detection(engine)),
    evidence: [
      {
        kind: 'signature',
        outcome: 'supports',
        detail: { state: 'intact', subject: 'CN=Example Ltd', thumbprintSha256: 'd'.repeat(64) },
      },
      { kind: 'timestamp', outcome: 'supports', detail: { signedAt: '2026-11-01T00:00:00Z', timestampedBy: 'CN=TSA' } },
    ],
    ...members,
  });
}

export function checked(artifacts: readonly DocumentArtifact[]): CheckResult {
  return anyResult({ artifacts, outcome: 'fail', exitCode: 1 });
}

export function planOf(
  artifacts: readonly DocumentArtifact[],
  options: Partial<PlanOptions> = {},
  publisher: PublisherFacts = PUBLISHER,
): ReportPlan {
  return planReports(checked(artifacts), loadDirectory(), publisher, { language: 'en', now: NOW, ...options });
}

export function reportTo(plan: ReportPlan, vendor: string): VendorReport {
  const report = plan.reports.find((each) => each.vendor === vendor);
  if (report === undefined) throw new Error(`no report to ${vendor}`);
  return report;
}

export function shippedTemplates(language: Language = 'en'): Templates {
  return createTemplates(templateFinder(language));
}
