/** What a template may name. `about` is the documentation, see docs/templates.md. */
export type Shape =
  | { readonly kind: 'text'; readonly about: string }
  | { readonly kind: 'list'; readonly of: Shape; readonly about: string }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Shape>>; readonly about: string };

const text = (about: string): Shape => ({ kind: 'text', about });
const texts = (about: string): Shape => ({ kind: 'list', of: text('one of them'), about });
const object = (about: string, fields: Readonly<Record<string, Shape>>): Shape => ({ kind: 'object', fields, about });
const list = (about: string, fields: Readonly<Record<string, Shape>>): Shape => ({
  kind: 'list',
  of: object('one of them', fields),
  about,
});

const detection = {
  engine: text("the engine, under VirusTotal's name"),
  label: text('what the engine calls it; empty when it gave no label'),
  category: text('`malicious` or `suspicious`'),
  engineVersion: text('version of the engine'),
  engineUpdate: text('date of its signatures, `YYYY-MM-DD`'),
};

const signer = {
  subject: text('who signed'),
  issuer: text('certificate authority'),
  thumbprintSha1: text('of the certificate, as Windows shows it'),
  thumbprintSha256: text('of the certificate'),
  signedAt: text('time of the timestamp, ISO 8601 UTC'),
  timestampedBy: text('who made the timestamp'),
};

const artifact = {
  number: text('1, 2, 3, …'),
  name: text('file name, URL or digest'),
  url: text('for a URL'),
  isUrl: text('`yes` for a URL'),
  size: text('bytes, with separators'),
  version: text('file or product version'),
  sha256: text('64 digits'),
  sha1: text('40 digits'),
  md5: text('32 digits'),
  permalink: text("the service's report"),
  analysedAt: text('time of that report, ISO 8601 UTC'),
  download: text('where exactly this file was downloaded from'),
  signer: object('signature that holds; all empty for an unsigned file', signer),
  detections: list('what the engines of this vendor say', detection),
};

/** Everything that the templates of vendor reports may name. What is not known is empty. */
export const TEMPLATE_MODEL: Shape = object('the report', {
  vendor: text('the vendor the report goes to'),
  engines: texts('its engines that flag something'),
  engineNames: text('the same, joined with commas'),
  product: text('name of the product'),
  version: text('version, when all artifacts have the same one'),
  publisher: text('the company'),
  website: text('of the company'),
  domain: text('host name of the web site, without `www.`'),
  purpose: text('what the product is for'),
  behaviours: texts('why it does what looks suspicious'),
  publishedAt: texts('addresses where everybody can get it'),
  since: text('since when it is out'),
  users: text('how many use it'),
  contact: object('who asks', {
    name: text('a person'),
    role: text('what that person does'),
    email: text("at the publisher's own domain"),
    phone: text('telephone number'),
  }),
  count: text('number of artifacts'),
  isSeveral: text('`yes` when there are several artifacts'),
  firstName: text('name of the first artifact'),
  firstDetection: text('engine and label of the first detection'),
  moreDetections: text('how many detections there are beside the first; empty for none'),
  artifacts: list('what is flagged', artifact),
  moreArtifacts: text('how many artifacts a short form leaves out; empty for none'),
  certificates: list('the different certificates of all artifacts', signer),
  clears: texts('engines of other vendors that usually follow this one'),
  clearNames: text('the same, joined with commas'),
  upstream: text('the vendor whose engine this one runs, when it is reported to as well'),
  sample: object('the file that goes with the report', {
    attached: texts('names of the archives in the message'),
    separate: texts('names of the archives that are too large for the message'),
    bare: texts('names of the files that are handed over as they are'),
    password: text('of the archives'),
    links: texts('where the files can be downloaded'),
  }),
});
