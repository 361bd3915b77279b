/** What `absolve init` asks for: nothing of it can be looked up, all of it has to be true. */
export interface StarterAnswers {
  readonly product: string;
  readonly publisher: string;
  readonly files: readonly string[];
  readonly signers: readonly string[];
  readonly hosts: readonly string[];
  readonly contactEmail: string;
}

/** A short name for a profile: `Example Archive` becomes `example-archive`. Pure. */
export function slugOf(product: string): string {
  const slug = product
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  return slug === '' ? 'product' : slug;
}

/** The commented config, pointing at a profile file. Pure. */
export function starterConfig(profileFile: string): string {
  return `{
  // Settings of absolve for this product. Command line options win over this file. An API key never belongs in here:
  // set VT_API_KEY, or ABSOLVE_API_KEY_FILE to the path of a file that holds it.

  // What is known of the product: names, signers, hosts, contact.
  "product": ${JSON.stringify(profileFile)},

  // Roots that vouch for the signing certificate, a PEM file. Without them a signature is intact, and nobody says whose.
  // "roots": "./code-signing-roots.pem",

  // Files that VirusTotal does not know: "never" uploads nothing, "ask" asks once on a terminal, "unknown" uploads them.
  // An upload publishes the file to VirusTotal's partners.
  "upload": "ask",

  // Whether the files behind URLs are downloaded and checked too.
  "download": true,

  // The mildest verdict that fails: likely-false-positive, unproven, needs-review, tampered, never.
  "failOn": "likely-false-positive",

  // How long an answer is used without asking VirusTotal again.
  "maxAge": "1d",

  // The limits of your key. Without them they are learnt from VirusTotal once.
  // "rate": "4/min",
  // "daily": 500,
  // "monthly": 15500,

  // The mail server of "absolve report --send"; its password comes from ABSOLVE_SMTP_PASSWORD.
  // "smtp": { "host": "smtp.example.com", "user": "release@example.com", "from": "security@example.com" },

  // Detections that are accepted knowingly: what, why, and until when.
  "ignore": [
    // { "engine": "ExampleEngine", "label": "Generic.Example", "reason": "reported, ticket 4711", "until": "2027-01-31" }
  ]
}
`;
}

/** The profile from the answers, over what a shipped profile knows already. Pure. */
export function starterProfile(answers: StarterAnswers, shipped: object = {}): string {
  const { product, publisher, files, signers, hosts, contactEmail } = answers;
  const profile = {
    purpose: [],
    versionResource: { products: [], companies: [] },
    upgradeCodes: [],
    ...shipped,
    $schema: undefined,
    name: slugOf(product),
    product,
    publisher,
    ...(files.length > 0 && { files: files.map((pattern) => ({ pattern })) }),
    signers: { organisations: signers, thumbprints: [] },
    ...(hosts.length > 0 && { hosts }),
    contact: contactEmail === '' ? {} : { email: contactEmail },
  };
  return `${JSON.stringify(profile, null, 2)}\n`;
}
