import type { LabelClass } from './detection.js';

/** One habit of naming. Rules are asked in order and the first that fits decides, so the more specific stand first. */
export interface LabelRule {
  /** Stable, kebab-case; the tests have a case for each. */
  readonly id: string;
  /** Engines in lower case, where only theirs means it; absent: whoever says it. */
  readonly engines?: readonly string[];
  /** Linear: no quantifier inside a quantifier, nothing that can match in two ways. Labels are hostile. */
  readonly pattern: RegExp;
  readonly labelClass: LabelClass;
  /** Whether a name in the label is a malware family. False where what looks like one is a model, a cluster or a hash. */
  readonly names: boolean;
}

const MCAFEE = ['mcafee', 'mcafee-gw-edition', 'mcafeed', 'skyhigh', 'trellixens'];

/**
 * Source: labels of recorded reports from 2019 to 2026; where a comment says so, what is generally known of an engine.
 *
 * What a label claims is looked for in this order: a test file, a model's score, a reputation, a policy (unwanted), a
 * resemblance. Only then what is left can be a plain signature, with or without a name.
 */
export const LABEL_RULES: readonly LabelRule[] = [
  // Some engines append "(not a virus)", which must not make it unwanted software.
  { id: 'test-file', pattern: /\beicar(?![a-z])/i, labelClass: 'named-family', names: true },

  { id: 'suffix-ml', pattern: /!ml$/i, labelClass: 'machine-learning', names: true },
  {
    id: 'microsoft-cloud-model',
    engines: ['microsoft'],
    pattern: /\/(?:Sabsik|Wacapew)\b/i,
    labelClass: 'machine-learning',
    names: false,
  },
  {
    id: 'confidence-word',
    pattern: /^malicious \((?:low|moderate|medium|high) confidence\)$/i,
    labelClass: 'machine-learning',
    names: false,
  },
  // The same model's word for adware and tools; the policy class says more than "a model".
  { id: 'grayware-confidence', pattern: /grayware_confidence_\d/i, labelClass: 'unwanted', names: false },
  { id: 'malicious-confidence', pattern: /malicious_confidence_\d/i, labelClass: 'machine-learning', names: false },
  { id: 'static-ai', pattern: /^(?:Static AI|DFI) - /i, labelClass: 'machine-learning', names: false },
  { id: 'ml-attribute', pattern: /^ML\.Attribute\b/i, labelClass: 'machine-learning', names: false },
  // Generally known: Symantec's "advanced machine learning".
  { id: 'advanced-ml', pattern: /^Heur\.AdvML\b/i, labelClass: 'machine-learning', names: false },
  { id: 'ml-score', pattern: /\bml\.score$/i, labelClass: 'machine-learning', names: false },
  { id: 'neural-network', pattern: /^Gen:NN\./i, labelClass: 'machine-learning', names: false },
  { id: 'unsafe', pattern: /^Unsafe(?:\.AI_Score_\d{1,3}%?)?$/i, labelClass: 'machine-learning', names: false },
  { id: 'malicious-hash', pattern: /^malicious\.[0-9a-f]{6}$/i, labelClass: 'machine-learning', names: false },
  { id: 'real-protect', pattern: /^Real Protect-L[SC]!/i, labelClass: 'machine-learning', names: false },
  { id: 'threat-intelligence', engines: MCAFEE, pattern: /^ti!/i, labelClass: 'machine-learning', names: false },
  { id: 'ai-detect', pattern: /\bAIDetect/i, labelClass: 'machine-learning', names: false },
  { id: 'at-model', pattern: /@(?:AI|ML)\b/i, labelClass: 'machine-learning', names: false },
  {
    id: 'bare-malicious-model',
    engines: ['apex', 'deepinstinct'],
    pattern: /^malicious$/i,
    labelClass: 'machine-learning',
    names: false,
  },
  { id: 'bare-detected', engines: ['google'], pattern: /^Detected$/i, labelClass: 'machine-learning', names: false },
  // A static model that knows this one word.
  {
    id: 'bare-suspicious',
    engines: ['acronis'],
    pattern: /^suspicious$/i,
    labelClass: 'machine-learning',
    names: false,
  },
  { id: 'score', pattern: /^Malicious \(score: \d{1,3}\)$/i, labelClass: 'machine-learning', names: false },
  { id: 'ai-score', pattern: /^malware \(ai score=\d{1,3}\)$/i, labelClass: 'machine-learning', names: false },
  { id: 'generic-ml', pattern: /\bgeneric\.?ml\b/i, labelClass: 'machine-learning', names: false },
  {
    id: 'malware-ai',
    engines: ['malwarebytes'],
    pattern: /^(?:Generic\.)?Malware\.AI\.|^MachineLearning\//i,
    labelClass: 'machine-learning',
    names: false,
  },
  // Generally known: the vendor's name for its model.
  { id: 'qvm', engines: ['qihoo-360'], pattern: /\bQVM\d/i, labelClass: 'machine-learning', names: false },
  { id: 'save', engines: ['sangfor'], pattern: /\.Save\.[a-z]$/i, labelClass: 'machine-learning', names: false },
  { id: 'mg', pattern: /^Generic\.mg\.[0-9a-f]{16}$/i, labelClass: 'machine-learning', names: false },

  { id: 'ws-reputation', pattern: /^WS\.Reputation\b/i, labelClass: 'reputation', names: false },
  { id: 'file-rep', pattern: /\bFileRep/i, labelClass: 'reputation', names: false },
  { id: 'artemis', engines: MCAFEE, pattern: /^Artemis!/i, labelClass: 'reputation', names: false },
  { id: 'urgent-system', pattern: /^UDS:/i, labelClass: 'reputation', names: true },
  { id: 'suspicious-gen', pattern: /^Suspicious_GEN\./i, labelClass: 'reputation', names: false },
  // The whole answer of lists of addresses: it says that the address is listed, not what is behind it.
  {
    id: 'listed-address',
    pattern: /^(?:malicious|malware|phishing|suspicious|spam)$/i,
    labelClass: 'reputation',
    names: false,
  },

  {
    id: 'potentially-unwanted',
    pattern: /\bpotentially (?:unwanted|unsafe)\b|\bnot-a-virus:/i,
    labelClass: 'unwanted',
    names: true,
  },
  {
    id: 'unwanted-word',
    // Letters may follow "PUA" and the like: PUAAdvertising, AdwareX.
    pattern: /(?:^|[^a-z])(?:pu[aps](?![a-z])|PUA[A-Z]|adware|riskware|hack-?tool|grayware|webtoolbar)/i,
    labelClass: 'unwanted',
    names: true,
  },
  {
    id: 'unwanted-type',
    pattern: /^(?:Program:|SoftwareBundler:|Application\.|Tool\.|Program\.)/i,
    labelClass: 'unwanted',
    names: true,
  },

  { id: 'heur', pattern: /(?:^|[^a-z])heur(?:istic)?(?:$|[^a-z])/i, labelClass: 'heuristic', names: true },
  { id: 'variant-of', pattern: /^(?:probably )?a variant of /i, labelClass: 'heuristic', names: true },
  { id: 'behaves-like', pattern: /^BehavesLike\./i, labelClass: 'heuristic', names: true },
  { id: 'probably', pattern: /^Probably /i, labelClass: 'heuristic', names: true },
  { id: 'suspicious', pattern: /(?:^|[^a-z])suspicious/i, labelClass: 'heuristic', names: true },
  { id: 'possible-threat', pattern: /^PossibleThreat\b/i, labelClass: 'heuristic', names: false },

  // Clusters of similar files: the name in the middle is the cluster's.
  { id: 'gen-variant', pattern: /^Gen:Variant\./i, labelClass: 'generic', names: false },
  { id: 'susgen', pattern: /\.susgen$/i, labelClass: 'generic', names: false },
  { id: 'x-gen', pattern: /:[a-z]{2,20}X-gen\b/i, labelClass: 'generic', names: false },
  // A type, a code of letters, the first half of the MD5: the code is nobody's name.
  {
    id: 'typed-letter-code',
    engines: MCAFEE,
    pattern: /^(?:trojan|dropper|downloader|backdoor|ransom|spyware|pws)-[a-z]{2,4}(?:-[a-z]{2})?(?:!|$)/i,
    labelClass: 'generic',
    names: false,
  },
  { id: 'common-hash', engines: ['bkav'], pattern: /\.Common\.[0-9A-F]{8}$/i, labelClass: 'generic', names: false },
];

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** Kinds of malware and of claims: passed over in the search for a family. */
export const TYPE_WORDS = words(`
  trojan troj trojware trojanspy trojandownloader trojandropper trojanbanker trojanclicker trojanproxy trojanransom
  tspy horse worm virus vir backdoor bkdr ransom ransomware spyware infostealer stealer pwstealer passwordstealer banker
  downloader dloader dldr dropper rootkit bootkit exploit expl hoax joke rogue keylogger clicker proxy dialer flooder
  miner coinminer bitcoinminer cryptominer constructor email emailworm networm phishing phish spam malware malicious
  adware riskware hacktool unwanted application program tool toolbar webtoolbar grayware bundler softwarebundler
  behaveslike behavior potentially unsafe suspicious heur heuristic probably hllw hllp hllo bscope sscope
  puadlmanager puabundler puaadvertising remoteadmin variant test file loader macro spyagent trojanagent
  tr trj wrm mal pua pup pus pws psw spy app exp bds rtk ddos bot rat
`);

/** Systems, file types, languages: passed over likewise. */
export const PLATFORM_WORDS = words(`
  win win32 win64 w32 w64 w97m x97m o97m msil dotnet wingo winnt pe pe32 exe dll msi gz zip rar 7z jar apk gzip
  linux elf unix osx macos mac macho android androidos andr ios symbos java js jscript javascript vbs vba vb vbscript
  powershell ps ps1 bat batch cmd autoit au3 nsis inno html htm php asp aspx perl python py ruby swf flash pdf rtf ole
  ole2 msword word msexcel excel msoffice office mspowerpoint lnk inf reg golang go delphi ahk multi multios document
  text script sf bin boot sh shell bash chm hta wsf url dos unknown archive doc
`);

/**
 * Where a family would stand, these say that there is none: what comes after them is a variant's number. Names of clusters
 * and of packers' footprints are among them, because several engines repeat them without meaning one malware.
 */
export const GENERIC_WORDS = words(`
  agent agentb agen gen generik genetic malgen siggen susgen gencirc genasa genmalicious genome evo common gdsda
  malwarex trojanx muldrop inject injector injectnet crypt crypter cryptor cryptic krypt kryptik krap cryptinject
  msilkrypt filecrypter xpack packed packer pack obfus obfuscated obfuscator shellcode autorun autoruner adinjector
  eldorado small delf sign dangerousobject suspectcrc
  wacatac sabsik wacapew tedy doina zusy barys razy fragtor ursu cerbu
`);

/**
 * Engines that number variants in small letters, after names that begin with a capital (`Trojan.Win32.VB.dosq`). Elsewhere
 * a last word in small letters can be the name (`njrat`).
 */
export const SMALL_LETTER_VARIANTS: ReadonlySet<string> = new Set([
  'aegislab',
  'antiy-avl',
  'jiangmin',
  'kaspersky',
  'nano-antivirus',
  'zonealarm',
]);
