import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { statSync } from 'node:fs';
import { basename } from 'node:path';

export interface DownloadHost {
  /** The link as a web page would give it: it redirects to the file. */
  readonly url: string;
  close(): Promise<void>;
}

/** A web server on loopback that offers one file behind a stable link, as release pages do. */
export async function startDownloadHost(path: string): Promise<DownloadHost> {
  const name = basename(path);
  const server = createServer((request, response) => {
    if (request.url === '/download/latest') {
      response.writeHead(302, { location: `/files/4.2.0/${name}` }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': statSync(path).size });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/download/latest`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
