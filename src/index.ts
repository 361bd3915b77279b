export { AppError, EXIT } from './errors.js';
export type { CheckResult, DocumentArtifact, DocumentVendor, RequestCounts } from './domain/document.js';
export type { Detection, LabelClass } from './domain/detection.js';
export type { Evidence, Finding } from './domain/evidence.js';
export { judge, VERDICTS } from './domain/verdict.js';
export type { Verdict, VerdictInput, VerdictResult, VerdictThresholds } from './domain/verdict.js';
