import type { Delivery } from '../domain/delivery.js';
import type { VendorContact } from '../domain/document.js';
import type { ReportPlan, UnreachableEngine, VendorReport } from './plan-types.js';

/** What lies in a vendor's folder; paths are relative to the document, `/` between folders. */
export interface ReportFiles {
  readonly message?: string;
  readonly form?: string;
  readonly samples: readonly string[];
}

export interface ReportedVendor {
  readonly vendor: string;
  readonly engines: readonly string[];
  /** sha256, or the URL. */
  readonly artifacts: readonly string[];
  readonly channel: VendorContact['preferred'];
  readonly contact: VendorContact;
  readonly files: ReportFiles;
  /** What became of the message, once one was sent or tried. */
  readonly delivery?: Omit<Delivery, 'vendor'>;
}

/** `report.json`. All arrays are present; vendors stand in the order in which to send. Published as `schema/report.schema.json`. */
export interface ReportDocument {
  readonly schemaVersion: 1;
  readonly vendors: readonly ReportedVendor[];
  readonly unreachable: readonly UnreachableEngine[];
}

/** The document of a plan, with what was written for each report. Pure. */
export function toReportDocument(plan: ReportPlan, filesOf: (report: VendorReport) => ReportFiles): ReportDocument {
  return {
    schemaVersion: 1,
    vendors: plan.reports.map((report) => ({
      vendor: report.vendor,
      engines: report.engines,
      artifacts: report.artifacts.map(({ id }) => id).toSorted(),
      channel: report.contact.preferred,
      contact: report.contact,
      files: filesOf(report),
    })),
    unreachable: plan.unreachable,
  };
}

/** The same with what became of the messages. Pure. */
export function withDeliveries(document: ReportDocument, deliveries: readonly Delivery[]): ReportDocument {
  const byVendor = new Map(deliveries.map(({ vendor, ...delivery }) => [vendor, delivery]));
  return {
    ...document,
    vendors: document.vendors.map((each) => {
      const delivery = byVendor.get(each.vendor);
      return delivery === undefined ? each : { ...each, delivery };
    }),
  };
}
