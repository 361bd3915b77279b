import { countIndependentOpinions, type Detection } from './detection.js';
import { isFamilyName } from './labels.js';
import type { ServiceFacts } from './scan.js';
import type { Reason } from './reason.js';

/** From where on detections are strong: each alone is enough. */
export interface StrengthThresholds {
  /**
   * The most independent opinions on a file that are still weak, whatever they say. Recorded false positives have 1 and 6,
   * recorded malware 17 to 48; the limit stands next to the false positives, because the doubt is not in the file's favour.
   */
  readonly maxIndependentOpinionsFile: number;
  /** The same for URLs, which most lists never rated: recorded bad addresses are on 8 and 11 of them, doubtful ones on 1 and 2. */
  readonly maxIndependentOpinionsUrl: number;
  /**
   * The most independent opinions that claim something specific (a named malware, or a label that nobody understands) and
   * are still weak. Engines name one malware differently, so three names are as much as one name three times. Recorded
   * false positives have at most 1, recorded malware at least 4.
   */
  readonly maxSpecificOpinions: number;
  /** Independent opinions that name the same malware and so make it more than one engine's odd word. */
  readonly minAgreeingOpinions: number;
}

/**
 * Why detections are not weak, as reasons in a stable order; empty when they are weak. Ignored detections count: a policy
 * accepts what somebody says, it does not unsay it. Pure; what is strong stays strong when
 * detections are added.
 */
export function strengthsOf(
  kind: 'file' | 'url' | 'hash',
  detections: readonly Detection[],
  popularThreat: ServiceFacts['popularThreat'],
  thresholds: StrengthThresholds,
): readonly Reason[] {
  const opinions = countIndependentOpinions(detections);
  const most = kind === 'url' ? thresholds.maxIndependentOpinionsUrl : thresholds.maxIndependentOpinionsFile;
  const specific = countIndependentOpinions(detections.filter(isSpecific));
  const { maxSpecificOpinions, minAgreeingOpinions } = thresholds;
  return [
    ...agreedFamilies(detections, minAgreeingOpinions),
    ...popularFamilies(popularThreat, minAgreeingOpinions),
    ...(specific > maxSpecificOpinions
      ? [{ code: 'specific-claims', args: { opinions: specific, most: maxSpecificOpinions } }]
      : []),
    ...(opinions > most ? [{ code: 'many-opinions', args: { opinions, most } }] : []),
  ];
}

/** What is not understood may be the name of something: it is not weaker than a name. */
function isSpecific({ labelClass, malwareFamily }: Detection): boolean {
  return malwareFamily !== undefined || labelClass === 'named-family' || labelClass === 'unclassified';
}

/** One reason for each malware that enough engine families name, whatever class their labels have. */
function agreedFamilies(detections: readonly Detection[], needed: number): readonly Reason[] {
  const names = [...new Set(detections.flatMap(({ malwareFamily }) => malwareFamily ?? []))].toSorted();
  const agreed = names.flatMap((malware) => {
    const naming = detections.filter(({ malwareFamily }) => isSameMalware(malwareFamily, malware));
    const families = [...new Set(naming.map(({ family }) => family))].toSorted();
    return families.length < needed ? [] : [{ malware, families }];
  });
  // `orcus` speaks for `orcusrat` too.
  return agreed
    .filter(
      ({ malware }) =>
        !agreed.some((other) => other.malware.length < malware.length && isSameMalware(other.malware, malware)),
    )
    .map((args) => ({ code: 'family-agreed', args }));
}

/** Names this long do not begin alike by chance. */
const MIN_STEM_LENGTH = 5;

/** Vendors add endings to each other's names: `orcus` and `orcusrat`, `redline` and `redlinestealer`. */
function isSameMalware(a: string | undefined, b: string): boolean {
  if (a === undefined || a === b) return a === b;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= MIN_STEM_LENGTH && long.startsWith(short);
}

/**
 * The service's own count of names, without those that name a platform or a cluster. It counts engines and not their
 * families, so it may take one opinion for several: for a warning that is good enough.
 */
function popularFamilies(popularThreat: ServiceFacts['popularThreat'], needed: number): readonly Reason[] {
  return (popularThreat?.names ?? [])
    .filter(({ value, count }) => count >= needed && isFamilyName(value))
    .map(({ value, count }) => ({ code: 'popular-threat', args: { malware: value.toLowerCase(), engines: count } }))
    .toSorted((a, b) => b.args.engines - a.args.engines || (a.args.malware < b.args.malware ? -1 : 1));
}
