import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { proxyFor, type ProxyEnv } from './proxy.js';

export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  close(): void;
}

const KEEP_ALIVE = { keepAlive: true, keepAliveMsecs: 15_000, scheduling: 'lifo' } as const;

/**
 * Connection pools for requests to the host of `url`, through the environment's proxy if it names one. TLS goes through
 * the proxy by CONNECT, so the proxy never sees the key. Extra certificate authorities come from `NODE_EXTRA_CA_CERTS`,
 * which node itself reads.
 */
export function createAgents(url: URL, env: ProxyEnv): Agents {
  const proxy = proxyFor(url, env);
  const httpAgent = proxy === undefined ? new HttpAgent(KEEP_ALIVE) : new HttpProxyAgent(proxy, KEEP_ALIVE);
  const httpsAgent = proxy === undefined ? new HttpsAgent(KEEP_ALIVE) : new HttpsProxyAgent(proxy, KEEP_ALIVE);
  return {
    httpAgent: httpAgent as HttpAgent,
    httpsAgent: httpsAgent as unknown as HttpsAgent,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
