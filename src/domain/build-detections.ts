import type { Detection } from './detection.js';
import { classifyLabel } from './labels.js';
import { isExpired, type IgnoreRule } from './policy.js';
import { flaggedResults, type EngineResult, type Scan } from './scan.js';
import { visible, visibleWithin } from './text.js';
import type { Instant } from './time.js';
import type { EngineDirectory } from './vendor.js';

export interface BuiltDetections {
  /** Sorted by engine. */
  readonly detections: readonly Detection[];
  /** Rules that would have accepted one of them, had their last day not passed; in the order given. */
  readonly expired: readonly IgnoreRule[];
}

/** Recorded labels have up to 60 characters; a report of many thousand is not read by anybody. */
const MAX_LABEL_LENGTH = 300;

/**
 * The detections of a scan: who says what about it, what kind of claim that is, and what the policy accepts. Pure.
 *
 * @param now decides which rules hold, and which family an engine belongs to when the scan has no time
 */
export function buildDetections(
  scan: Scan,
  directory: EngineDirectory,
  ignores: readonly IgnoreRule[],
  now: Instant,
): BuiltDetections {
  const sha256 = scan.kind === 'file' ? scan.id : undefined;
  const expired = new Set<IgnoreRule>();
  const detections = flaggedResults(scan)
    .map((result) => {
      const detection = toDetection(result, directory, scan.analysedAt ?? now);
      const fitting = ignores.filter((rule) => accepts(rule, detection, sha256));
      const [holding] = fitting.filter((rule) => !isExpired(rule, now)).toSorted((a, b) => compare(b.until, a.until));
      if (holding !== undefined) return { ...detection, ignored: { reason: holding.reason, until: holding.until } };
      for (const rule of fitting) expired.add(rule);
      return detection;
    })
    .toSorted((a, b) => compare(a.engine, b.engine));
  return { detections, expired: ignores.filter((rule) => expired.has(rule)) };
}

function toDetection(result: EngineResult, directory: EngineDirectory, at: Instant): Detection {
  const { engine, engineVersion } = result;
  const label = result.label ?? '';
  const { labelClass, malwareFamily } = classifyLabel(engine, label);
  const engineUpdate = toIsoDay(result.engineUpdate);
  return {
    engine: visible(engine),
    vendor: visible(directory.vendorOf(engine)),
    family: visible(directory.familyOf(engine, at, label)),
    category: result.category === 'suspicious' ? 'suspicious' : 'malicious',
    label: visibleWithin(label, MAX_LABEL_LENGTH),
    labelClass,
    ...(malwareFamily !== undefined && { malwareFamily }),
    ...(engineVersion !== undefined && { engineVersion: visible(engineVersion) }),
    ...(engineUpdate !== undefined && { engineUpdate }),
  };
}

/** `YYYYMMDD` as `YYYY-MM-DD`; nothing for what is no day. */
function toIsoDay(day: string | undefined): string | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(day ?? '');
  if (match === null) return undefined;
  const iso = `${match[1]}-${match[2]}-${match[3]}`;
  return Number.isNaN(Date.parse(`${iso}T00:00:00Z`)) ? undefined : iso;
}

function accepts(rule: IgnoreRule, { engine, label }: Detection, sha256: string | undefined): boolean {
  const wanted = [
    [rule.engine, engine],
    [rule.label, label],
    [rule.sha256, sha256],
  ].filter(([given]) => given !== undefined);
  // A rule that names nothing would accept everything.
  return wanted.length > 0 && wanted.every(([given, actual]) => given?.toLowerCase() === actual?.toLowerCase());
}

/** By code unit: the same on every system, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
