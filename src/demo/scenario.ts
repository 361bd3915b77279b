/**
 * What the stand-in says in the demo, as a scenario file has it. The labels are of the kind that young, unsigned or
 * self-extracting programs get every day; the tampered sample gets what a manipulated one would.
 */
export const DEMO_SCENARIO = {
  schemaVersion: 1,
  rules: [
    {
      match: { name: 'setup-unsigned.exe' },
      detections: [
        { engine: 'Bkav', category: 'malicious', label: 'W32.AIDetectMalware' },
        { engine: 'MaxSecure', category: 'malicious', label: 'Trojan.Malware.300983.susgen' },
        { engine: 'Trapmine', category: 'malicious', label: 'suspicious.low.ml.score' },
      ],
    },
    {
      match: { name: 'setup-signed.exe' },
      detections: [
        { engine: 'BitDefender', category: 'malicious', label: 'Gen:Variant.Lazy.4711' },
        { engine: 'VIPRE', category: 'malicious', label: 'Gen:Variant.Lazy.4711' },
        { engine: 'GData', category: 'malicious', label: 'Gen:Variant.Lazy.4711' },
        { engine: 'APEX', category: 'malicious', label: 'Malicious' },
      ],
    },
    {
      match: { name: 'hello-x64-tampered.exe' },
      detections: [{ engine: 'Elastic', category: 'malicious', label: 'malicious (high confidence)' }],
    },
  ],
} as const;

/** The same service some days later: of the engines that flagged the release one is left. */
export function withdrawnScenario(sha256: string) {
  return {
    schemaVersion: 1,
    rules: [
      {
        match: { sha256 },
        known: true,
        analysedAgo: '1d',
        detections: [{ engine: 'APEX', category: 'malicious', label: 'Malicious' }],
      },
    ],
  };
}
