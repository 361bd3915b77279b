import { isUndelivered, type Delivery } from '../domain/delivery.js';
import type { Finding } from '../domain/evidence.js';
import type { Reason } from '../domain/verdict.js';
import { html, type Html } from '../reports/html.js';
import { adviceWords } from '../reports/advice-words.js';
import { adviseOn, describeFinding, isActionable } from '../reports/finding-words.js';
import { addressLink } from './form-html.js';
import { renderPage } from './page.js';
import type { ReportArtifact, ReportPlan, UnreachableEngine, VendorReport } from './plan-types.js';
import { deliveryWords, missingName, missingWords, noteWords } from './words.js';

/** What lies in the folder of one vendor; paths are relative to the page, `/` between folders. */
export interface IndexEntry {
  readonly report: VendorReport;
  readonly message?: string;
  /** `edited`: a person worked on what would be written now; `beside`: on what was written for something else. */
  readonly messageState?: 'written' | 'edited' | 'beside';
  readonly formPage?: string;
  readonly formSheet?: string;
  readonly mailto?: string;
  readonly samples: readonly string[];
  /** What writing the files added to the report's own notes. */
  readonly notes: readonly Reason[];
}

/**
 * The page over all reports: what is missing, a checklist in the order of sending, and what nobody can be told. Pure.
 *
 * @param deliveries what was sent, or tried; default: nothing
 */
export function renderIndex(
  plan: ReportPlan,
  entries: readonly IndexEntry[],
  notes: readonly Reason[],
  deliveries: readonly Delivery[] = [],
): string {
  const product = plan.publisher.product ?? 'your software';
  const artifacts = new Map(plan.artifacts.map((artifact) => [artifact.id, artifact]));
  const all = [...plan.notes, ...notes];
  return renderPage({
    title: `False positives of ${product}`,
    key: `${product} ${plan.checkedAt}`,
    main: html`<h1>False positives of ${product}</h1>
      <p class="soft">
        Checked ${plan.checkedAt}. ${count(entries.length, 'vendor')} to write to about
        ${count(artifacts.size, 'artifact')}. ${sentWords(deliveries)}: open each draft or form, look it over, send it,
        tick it off. Then tell the cases: <code>absolve cases mark reported --vendor "…"</code>
      </p>
      ${plan.isForced && html`<p class="warn">Forced: artifacts are included whose verdict is not "likely-false-positive".</p>`}
      ${
        plan.missing.length > 0 &&
        html`<h2>Missing facts</h2>
          <p>
            Analysts ask for these and nobody gave them. Add them to the product profile and write the reports again, or
            fill them in by hand.
          </p>
          <ul>
            ${plan.missing.map((fact) => html`<li>${missingWords(fact)}</li> `)}
          </ul>`
      }
      ${
        all.length > 0 &&
        html`<h2>Notes</h2>
          <ul>
            ${all.map((note) => html`<li>${noteWords(note)}</li> `)}
          </ul>`
      }
      <h2>Reports, in the order in which to send them</h2>
      ${entries.length === 0 ? html`<p>There is nothing to report.</p>` : checklist(entries, deliveries)}
      ${plan.unreachable.length > 0 && unreachable(plan.unreachable, artifacts)}
      ${artifacts.size > 0 && flagged(plan.artifacts)}`,
  });
}

function sentWords(deliveries: readonly Delivery[]): string {
  const sent = deliveries.filter(({ state }) => state === 'sent').length;
  return sent === 0 ? 'Nothing has been sent' : `${count(sent, 'message')} sent, see below; for the others`;
}

function checklist(entries: readonly IndexEntry[], deliveries: readonly Delivery[]): Html {
  const byVendor = new Map(deliveries.map((delivery) => [delivery.vendor, delivery]));
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Done</th>
        <th scope="col">Vendor</th>
        <th scope="col">Send</th>
        <th scope="col">About</th>
        <th scope="col">Know before you send</th>
      </tr>
    </thead>
    <tbody>
      ${entries.map((entry) => row(entry, byVendor.get(entry.report.vendor)))}
    </tbody>
  </table>`;
}

function row(entry: IndexEntry, delivery: Delivery | undefined): Html {
  const { report } = entry;
  const isEmail = report.contact.preferred === 'email';
  const ways = [
    entry.message !== undefined && {
      first: isEmail,
      way: html`<a href="${href(entry.message)}">E-mail draft</a> to
        <span>${report.contact.emails[0]}</span
        >${entry.mailto !== undefined && html` (<a href="${entry.mailto}">short, in your mail program</a>)`}`,
    },
    entry.formPage !== undefined && {
      first: !isEmail,
      way: html`<a href="${href(entry.formPage)}">Form sheet</a> for
        ${report.contact.form === null ? 'the form' : addressLink(report.contact.form, 'the form')}${entry.formSheet !== undefined && html` (<a href="${href(entry.formSheet)}">as Markdown</a>)`}`,
    },
  ].filter((way) => way !== false);
  const [preferred, ...others] = ways.toSorted((a, b) => Number(b.first) - Number(a.first));
  const notes = [...report.notes, ...entry.notes];
  return html`<tr>
    <td>
      <input
        type="checkbox"
        data-tick="${report.vendor}"
        aria-label="${report.vendor}: done"
        ${delivery?.state === 'sent' && html` checked`}
      />
    </td>
    <th scope="row">
      ${report.vendor}${isSameName(report) ? false : html`<br /><span class="soft">${report.engines.join(', ')}</span>`}
    </th>
    <td>
      ${delivery !== undefined && html`<div class="${isUndelivered(delivery) ? 'warn' : 'soft'}">${deliveryWords(delivery)}</div>`}${preferred?.way}${others.map(({ way }) => html`<br /><span class="soft">or:</span> ${way}`)}${entry.samples.map((sample) => html`<br />Sample: <a href="${href(sample)}">${sample.split('/').at(-1)}</a>`)}
    </td>
    <td>
      ${count(report.artifacts.length, 'artifact')}${report.clears.length > 0 && html`<br />Should also clear: ${report.clears.join(', ')}`}
    </td>
    <td>
      ${report.missing.length > 0 && html`<span class="warn">Asks for: ${report.missing.map(missingName).join('; ')}</span>`}${order(report)}${
        notes.length > 0 &&
        html`<details>
          <summary>${count(notes.length, 'note')}</summary>
          <ul>
            ${notes.map((note) => html`<li>${noteWords(note)}</li>`)}
          </ul>
        </details>`
      }
    </td>
  </tr> `;
}

/** A company named like its only engine need not be named twice. */
function isSameName({ vendor, engines }: VendorReport): boolean {
  return engines.length === 1 && engines[0]?.toLowerCase() === vendor.toLowerCase();
}

function order({ upstream }: VendorReport): Html | false {
  return upstream?.isInPlan === true && html`<div>After ${upstream.vendor}</div>`;
}

function unreachable(engines: readonly UnreachableEngine[], artifacts: ReadonlyMap<string, ReportArtifact>): Html {
  return html`<h2>Nobody to write to</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Engine</th>
          <th scope="col">Flags</th>
          <th scope="col">What can be done</th>
        </tr>
      </thead>
      <tbody>
        ${engines.map(
          ({ engine, reason, artifacts: ids, advice }) =>
            html`<tr>
              <th scope="row">
                ${engine}<br /><span class="soft"
                  >${reason === 'unknown-engine' ? 'not in the directory' : 'no contact is known'}</span
                >
              </th>
              <td>${ids.map((id) => artifacts.get(id)?.name ?? id).join(', ')}</td>
              <td>
                <ul>
                  ${advice.map((each) => html`<li>${adviceWords(each)}</li>`)}
                </ul>
              </td>
            </tr> `,
        )}
      </tbody>
    </table>`;
}

/** Beyond this a table of artifacts is a list nobody reads; the reports have them all. */
const MOST_SHOWN = 200;

function flagged(artifacts: readonly ReportArtifact[]): Html {
  return html`<h2>What is flagged</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Artifact</th>
          <th scope="col">Digest or address</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        ${artifacts.slice(0, MOST_SHOWN).map(
          ({ id, name, permalink, detections, findings }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>
                <code>${id}</code
                >${permalink !== undefined && html`<br />${addressLink(permalink, 'VirusTotal report')}`}
              </td>
              <td>
                ${detections.map(({ engine, label }) => html`<div>${engine}: ${label === '' ? 'no label' : label}</div>`)}${explanation(findings)}
              </td>
            </tr> `,
        )}
      </tbody>
    </table>
    ${artifacts.length > MOST_SHOWN && html`<p>And ${artifacts.length - MOST_SHOWN} more.</p>`}`;
}

/** What the publisher can do about a detection beside reporting it. */
function explanation(findings: readonly Finding[]): Html | false {
  const told = findings.filter(isActionable);
  return (
    told.length > 0 &&
    html`<details>
      <summary>${told.length === 1 ? '1 thing may explain it' : `${told.length} things may explain it`}</summary>
      <ul>
        ${told.map((finding) => html`<li>${describeFinding(finding)}. <span class="soft">${adviseOn(finding) ?? ''}</span></li> `)}
      </ul>
    </details>`
  );
}

function href(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
