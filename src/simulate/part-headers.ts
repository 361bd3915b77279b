/** What one part of a form says about itself. */
export interface PartHeaders {
  /** Name of the form field. */
  readonly name: string | undefined;
  /** Present for files. Hostile text. */
  readonly filename: string | undefined;
  /** Whether the name came as `filename*`, which the service's upload handler does not take. */
  readonly hasExtendedFilename: boolean;
}

/** Reads the header block of a part; unknown headers and parameters are skipped. Pure. */
export function parsePartHeaders(text: string): PartHeaders {
  const disposition = text.split('\r\n').find((line) => /^content-disposition\s*:/i.test(line)) ?? '';
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of disposition.matchAll(
    /;\s*([\w*-]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^;\s]*))/g,
  )) {
    parameters.set(name.toLowerCase(), quoted === undefined ? bare : unquote(quoted));
  }
  return {
    name: parameters.get('name'),
    filename: parameters.get('filename'),
    hasExtendedFilename: parameters.has('filename*'),
  };
}

/** Both ways of escaping are in use: the backslash of MIME and the percent codes of browsers. */
function unquote(text: string): string {
  return text.replaceAll('\\"', '"').replaceAll('%22', '"').replaceAll(/%0D/gi, '\r').replaceAll(/%0A/gi, '\n');
}

/** The boundary of a `multipart/form-data` content type, or `undefined`. Pure. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2];
}
