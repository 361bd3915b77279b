import { headerText } from '../reports/escape.js';
import { folderNameOf } from './folder-name.js';
import { toMailHtml, toMailText } from './mail-html.js';
import { toModel, type SampleOutcome } from './model.js';
import type { ReportPlan, VendorReport } from './plan-types.js';
import { fillSubject } from './subject.js';
import type { Templates } from './templates.js';

/** A message to one vendor, ready for composing. */
export interface Message {
  readonly to: string;
  /** One line, at most 200 characters. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * The message to a vendor that takes e-mail, `undefined` for one that does not. Pure.
 *
 * @throws UsageError `CONFIG_TEMPLATE`
 */
export function renderMessage(
  plan: ReportPlan,
  report: VendorReport,
  templates: Templates,
  sample: SampleOutcome,
): Message | undefined {
  const [to] = report.contact.emails;
  if (to === undefined) return undefined;
  const subject = renderSubject(plan, report, templates, sample);
  const body = templates.render('message', folderNameOf(report.vendor), toModel(plan, report, sample));
  return { to, subject, text: toMailText(body), html: toMailHtml(body, plan.language, subject) };
}

/** The subject: the vendor's own where it states one. Pure. */
export function renderSubject(
  plan: ReportPlan,
  report: VendorReport,
  templates: Templates,
  sample: SampleOutcome,
): string {
  const model = toModel(plan, report, sample);
  const { subject } = report.entry.requirements;
  if (subject !== null) return fillSubject(subject, model);
  return headerText(templates.render('subject', folderNameOf(report.vendor), model));
}
