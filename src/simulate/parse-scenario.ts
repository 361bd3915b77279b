import type { z } from 'zod';
import { UsageError } from '../errors.js';
import type { Category, RecordedAnswer, Rule, RuleMatch, Scenario, ScriptedResult } from './scenario.js';
import { ruleFile, scenarioFile } from './scenario-file.js';
import { canonicalUrl } from './url-id.js';

type RuleFile = z.output<typeof ruleFile>;

const DAY_MS = 86_400_000;
const MIB = 1_048_576;

/**
 * A scenario from its JSON value.
 *
 * @param recordings texts of the files that `recorded` names, by that name; one that is missing could not be read
 * @param origin what the message calls the scenario
 * @throws UsageError `CONFIG_SCENARIO` with every problem and its path
 */
export function parseScenario(
  value: unknown,
  {
    origin = 'the scenario',
    recordings = new Map(),
  }: { origin?: string; recordings?: ReadonlyMap<string, string> } = {},
): Scenario {
  const parsed = scenarioFile.safeParse(value);
  if (!parsed.success)
    throw problemsIn(
      origin,
      parsed.error.issues.map(({ path, message }) => ({ path, message })),
    );
  const problems: Problem[] = [];
  const rules = parsed.data.rules.map((rule, index) => {
    const recorded = recordedAnswer(rule.recorded, recordings);
    if (typeof recorded !== 'string') return toRule(rule, recorded);
    problems.push({ path: ['rules', index, 'recorded'], message: recorded });
    return toRule(rule, undefined);
  });
  if (problems.length > 0) throw problemsIn(origin, problems);
  return { rules, known: parsed.data.known, knownShare: parsed.data.knownShare };
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The error for a file that is no scenario. */
export function problemsIn(origin: string, problems: readonly Problem[]): UsageError {
  const lines = problems.map(({ path, message }) => (path.length === 0 ? message : `${showPath(path)}: ${message}`));
  return new UsageError('CONFIG_SCENARIO', `${origin} is not usable: ${lines.join('; ')}`, {
    hint: 'the format is schema/scenario.schema.json in the package; editors that know the schema complete it',
  });
}

function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function toRule(rule: RuleFile, recorded: RecordedAnswer | undefined): Rule {
  return {
    match: toMatch(rule.match, recorded),
    known: rule.known ?? (recorded !== undefined && !rule.unknown),
    unknown: rule.unknown,
    analysedAgoMs: rule.analysedAgo ?? DAY_MS,
    ...(rule.analysisTime === undefined ? {} : { analysisMs: rule.analysisTime }),
    results: rule.detections.map((detection) => toResult(detection, rule.match.url !== undefined)),
    others: rule.others,
    facts: rule.facts,
    ...(recorded === undefined ? {} : { recorded }),
  };
}

/** A recorded answer without a match of its own stands for what it is about. */
function toMatch(match: RuleFile['match'], recorded: RecordedAnswer | undefined): RuleMatch {
  const { sha256, name, content, url } = match;
  if (recorded !== undefined && Object.values(match).every((member) => member === undefined)) {
    return recorded.kind === 'file' ? { sha256: [recorded.id] } : { url: String(recorded.attributes['url']) };
  }
  const bytes = content?.text === undefined ? Buffer.from(content?.hex ?? '', 'hex') : Buffer.from(content.text);
  return {
    ...(sha256 === undefined ? {} : { sha256: [sha256].flat() }),
    ...(name === undefined ? {} : { name }),
    ...(content === undefined ? {} : { content: { bytes, withinBytes: Math.floor(content.withinMb * MIB) } }),
    // Compared with canonical URLs, so it must be one itself.
    ...(url === undefined ? {} : { url: url.includes('*') ? url : (canonicalUrl(url) ?? url) }),
  };
}

/** What URL scanners say where a rule gives no label. Files have none unless they are flagged. */
const URL_LABELS: Partial<Record<Category, string>> = {
  malicious: 'malicious',
  suspicious: 'suspicious',
  undetected: 'unrated',
  harmless: 'clean',
};

function toResult(detection: RuleFile['detections'][number], isUrl: boolean): ScriptedResult {
  const { engine, category, label, engineVersion, engineUpdate } = detection;
  return {
    engine,
    category,
    label: label ?? (isUrl ? URL_LABELS[category] : undefined) ?? null,
    ...(engineVersion === undefined ? {} : { engineVersion }),
    ...(engineUpdate === undefined ? {} : { engineUpdate }),
  };
}

/** The recorded answer, or the sentence that says what is wrong with it. */
function recordedAnswer(
  recorded: RuleFile['recorded'],
  recordings: ReadonlyMap<string, string>,
): RecordedAnswer | string | undefined {
  if (recorded === undefined) return undefined;
  const text = typeof recorded === 'string' ? recordings.get(recorded) : JSON.stringify(recorded);
  if (text === undefined) return `${JSON.stringify(recorded)} cannot be read`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const hasEnvelope = isObject(value) && isObject(value['data']);
  const object = hasEnvelope ? (value as Record<string, unknown>)['data'] : value;
  if (!isObject(object)) return 'is not an object of the API';
  const { type, id, attributes } = object;
  if ((type !== 'file' && type !== 'url') || typeof id !== 'string' || !isObject(attributes)) {
    return 'must be a file or URL object with type, id and attributes';
  }
  if (type === 'url' && typeof attributes['url'] !== 'string') return 'has no attributes.url';
  return { text: hasEnvelope ? text : `{"data":${text}}`, kind: type, id: id.toLowerCase(), attributes };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
