import type { Reason } from '../domain/verdict.js';
import { visible } from '../domain/text.js';
import { folderNameOf } from './folder-name.js';
import { linksOf, toModel, type SampleOutcome } from './model.js';
import type { ReportPlan, VendorReport } from './plan-types.js';
import type { Templates } from './templates.js';

/** One field of a vendor's form, in the form's order. */
export interface FormField {
  /** The directory's word for it. */
  readonly field: string;
  /** What to type or paste, one line each; empty when a person has to decide or nobody gave the fact. */
  readonly values: readonly string[];
  /** What to do where there is nothing to paste, or beside it: a code with arguments. */
  readonly instruction?: Reason;
}

/** Longest description that is pasted without a thought; Kaspersky's form takes 2,000 characters. */
const LONGEST_DESCRIPTION = 1900;

/** Fields every form sheet has, when the directory knows none for a vendor. */
const USUAL_FIELDS = ['file', 'detection name', 'sha256', 'vt link', 'description', 'contact name', 'email'];

/**
 * The form sheet of a report: the fields in the form's order with what goes into them. Pure.
 *
 * @throws UsageError `CONFIG_TEMPLATE`
 */
export function formFields(
  plan: ReportPlan,
  report: VendorReport,
  templates: Templates,
  sample: SampleOutcome,
): readonly FormField[] {
  const { fields } = report.entry.requirements;
  return (fields.length > 0 ? fields : USUAL_FIELDS).map((field) => fill(field, { plan, report, templates, sample }));
}

interface Context {
  readonly plan: ReportPlan;
  readonly report: VendorReport;
  readonly templates: Templates;
  readonly sample: SampleOutcome;
}

type Filler = (context: Context) => Omit<FormField, 'field'>;

function fill(field: string, context: Context): FormField {
  const filled = (FILLERS[field] ?? byHand('fill-by-hand'))(context);
  const isMissing = filled.values.length === 0 && filled.instruction === undefined;
  return { field, ...filled, ...(isMissing && { instruction: { code: 'fact-missing', args: { field } } }) };
}

const values = (texts: readonly (string | undefined)[]): Omit<FormField, 'field'> => ({
  values: [...new Set(texts.flatMap((text) => (text === undefined || text === '' ? [] : [oneLine(text)])))],
});

/** A field that a person fills in: what it is about is in the words of the code. */
function byHand(code: string): Filler {
  return () => ({ values: [], instruction: { code, args: {} } });
}

const detections = ({ report }: Context): VendorReport['artifacts'][number]['detections'] =>
  report.artifacts.flatMap((artifact) => artifact.detections);

const description: Filler = (context) => {
  const { plan, report, templates, sample } = context;
  for (let count = report.artifacts.length; count >= 0; count = count > 3 ? Math.floor(count / 2) : count - 1) {
    const text = templates.render('description', folderNameOf(report.vendor), toModel(plan, report, sample, count));
    if (text.length <= LONGEST_DESCRIPTION || count === 0) return { values: [text] };
  }
  return { values: [] };
};

const FILLERS: Readonly<Record<string, Filler>> = {
  'application name': ({ plan }) => values([plan.publisher.product]),
  'application purpose': ({ plan }) => values([plan.publisher.purpose]),
  'application version': ({ report }) => values(report.artifacts.map(({ version }) => version)),
  captcha: byHand('captcha'),
  category: byHand('category'),
  company: ({ plan }) => values([plan.publisher.publisher]),
  'contact name': ({ plan }) => values([plan.publisher.contact?.name]),
  'definition version': (context) =>
    values(
      detections(context).map(({ engineVersion, engineUpdate }) =>
        [engineVersion, engineUpdate === undefined ? undefined : `(${engineUpdate})`].filter(Boolean).join(' '),
      ),
    ),
  description,
  'detection name': (context) => values(detections(context).map(({ label }) => label)),
  'download url': ({ plan, report }) => values(linksOf(plan, report)),
  email: ({ plan }) => values([plan.publisher.contact?.email]),
  'engine name': ({ report }) => values(report.engines),
  file: ({ sample, plan, report }) => {
    const archives = [...sample.attached, ...sample.separate];
    const password = sample.password ?? '';
    if (archives.length > 0)
      return { ...values(archives), instruction: { code: 'upload-archive', args: { password } } };
    if (sample.bare.length > 0) return { ...values(sample.bare), instruction: { code: 'upload-bare', args: {} } };
    return { ...values(linksOf(plan, report)), instruction: { code: 'upload-none', args: {} } };
  },
  'file origin': ({ plan, report }) => values(linksOf(plan, report)),
  logs: byHand('logs'),
  md5: ({ report }) => values(report.artifacts.map(({ md5 }) => md5)),
  'product name': ({ report }) => ({
    ...values(report.engines),
    instruction: { code: 'their-product', args: {} },
  }),
  'proof of ownership': byHand('proof-of-ownership'),
  reason: byHand('reason'),
  role: ({ plan }) => ({ ...values([plan.publisher.contact?.role]), instruction: { code: 'role', args: {} } }),
  screenshot: byHand('screenshot'),
  sha256: ({ report }) => values(report.artifacts.map(({ sha256 }) => sha256)),
  url: ({ report }) => ({
    ...values(report.artifacts.map(({ url }) => url)),
    instruction: { code: 'only-for-urls', args: {} },
  }),
  'vt link': ({ report }) => values(report.artifacts.map(({ permalink }) => permalink)),
  'when it occurred': ({ report }) => values(report.artifacts.map(({ analysedAt }) => analysedAt)),
};

function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim());
}
