import { folderNameOf } from './folder-name.js';
import { toModel, type SampleOutcome } from './model.js';
import { renderSubject } from './message.js';
import type { ReportPlan, VendorReport } from './plan-types.js';
import type { Templates } from './templates.js';

/** Windows hands a mail program at most 2,083 characters of address, and some programs cut at 2,000. */
const LONGEST = 1900;

/**
 * A `mailto:` address with subject and a short body, short enough for every mail program; `undefined` for a vendor without
 * e-mail. Names fewer artifacts, then none, until it fits. Pure.
 *
 * @throws UsageError `CONFIG_TEMPLATE`
 */
export function renderMailto(
  plan: ReportPlan,
  report: VendorReport,
  templates: Templates,
  sample: SampleOutcome,
): string | undefined {
  const [to] = report.contact.emails;
  if (to === undefined) return undefined;
  const subject = renderSubject(plan, report, templates, sample);
  const start = `mailto:${encodeURIComponent(to).replace('%40', '@')}?subject=${encode(subject)}`;
  for (let count = report.artifacts.length; count >= 0; count = count > 3 ? Math.floor(count / 2) : count - 1) {
    const body = templates.render('mailto', folderNameOf(report.vendor), toModel(plan, report, sample, count));
    const address = `${start}&body=${encode(body)}`;
    if (address.length <= LONGEST) return address;
  }
  return start.slice(0, LONGEST).replace(/%[0-9A-F]?$/, '');
}

/** RFC 6068 wants line breaks as %0D%0A. A lone surrogate, which a name cut in two may leave, cannot be encoded. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd').replaceAll('\n', '\r\n'));
}
