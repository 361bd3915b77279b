/** The environment's proxy settings, as curl and most tools read them. */
export type ProxyEnv = Readonly<Record<string, string | undefined>>;

/**
 * The proxy URL for `url`, or `undefined` for a direct connection. Lower-case variables win over upper-case ones, as in
 * curl. `NO_PROXY` entries match a host and its subdomains, with an optional port; `*` matches everything. Pure.
 */
export function proxyFor(url: URL, env: ProxyEnv): string | undefined {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  const proxy = url.protocol === 'https:' ? read('HTTPS_PROXY') : read('HTTP_PROXY');
  if (proxy === undefined || isExempt(url, read('NO_PROXY') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const { name, wantedPort } = splitPort(entry.toLowerCase());
      if (wantedPort !== undefined && wantedPort !== port) return false;
      const suffix = name.replace(/^\*?\./, '');
      return host === suffix || host.endsWith(`.${suffix}`);
    });
}

/** An IPv6 address has colons of its own: there a port needs brackets. */
function splitPort(entry: string): { readonly name: string; readonly wantedPort?: string } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry);
  const [, name = entry, wantedPort] = bracketed ?? /^([^:]*):(\d+)$/.exec(entry) ?? [];
  return wantedPort === undefined ? { name } : { name, wantedPort };
}
