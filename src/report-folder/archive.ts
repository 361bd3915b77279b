import type { ArchiveFormat } from '../vendor-reports/plan-types.js';
import type { WriteArchive } from './write-archive.js';

/** How each format is written. A new one is a file beside this, a line here, and its name in `ARCHIVE_FORMATS`. */
export const ARCHIVE_WRITERS: Readonly<Record<ArchiveFormat, WriteArchive>> = {
  zip: async (...args) => (await import('./zip-archive.js')).writeZipArchive(...args),
  '7z': async (...args) => (await import('./seven-zip-archive.js')).writeSevenZipArchive(...args),
};
