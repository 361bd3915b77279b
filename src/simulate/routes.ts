import type { Handler } from './exchange.js';
import { createUploadUrl } from './handlers/create-upload-url.js';
import { getAnalysisItem } from './handlers/get-analysis-item.js';
import { getAnalysis } from './handlers/get-analysis.js';
import { getApiUsage } from './handlers/get-api-usage.js';
import { getFile } from './handlers/get-file.js';
import { getOverallQuotas } from './handlers/get-overall-quotas.js';
import { getFileRelation } from './handlers/get-relation.js';
import { getUrl } from './handlers/get-url.js';
import { getUser } from './handlers/get-user.js';
import { refusePremium } from './handlers/refuse-premium.js';
import { rescanFile } from './handlers/rescan-file.js';
import { rescanUrl } from './handlers/rescan-url.js';
import { submitUrl } from './handlers/submit-url.js';
import { uploadFile } from './handlers/upload-file.js';
import { uploadToUrl } from './handlers/upload-to-url.js';
import type { World } from './world.js';

/** What a call costs of day and month. Source: VirusTotal, "Quota consumption". */
type Charging =
  /** One unit. */
  | 'always'
  /** One unit, unless the key itself brought the artifact to the service, or the analysis does not exist. */
  | 'unless-own'
  /** One unit for known bytes, none for new ones: only the body tells. */
  | 'on-receipt'
  /** Nothing, but it takes a place in the minute window. */
  | 'never'
  /** Nothing at all: quota look-ups. */
  | 'exempt';

interface Route {
  readonly method: string;
  /** As in the service's reference; `{…}` is one segment of the path. */
  readonly pattern: string;
  readonly charging: Charging;
  /** Name of the call in the usage report. */
  readonly endpoint: string;
  readonly handler: Handler;
}

const API = '/api/v3';

function route(method: string, pattern: string, charging: Charging, endpoint: string, handler: Handler): Route {
  return { method, pattern, charging, endpoint, handler };
}

/** The first one that fits is it. */
const ROUTES: readonly Route[] = [
  route('GET', '/files/upload_url', 'always', 'file_upload_url', createUploadUrl),
  route('GET', '/files/{id}', 'unless-own', 'files', getFile),
  route('POST', '/files', 'on-receipt', 'file_upload', uploadFile),
  route('POST', '/_ah/upload/{token}/', 'on-receipt', 'file_upload', uploadToUrl),
  route('POST', '/files/{id}/analyse', 'always', 'file_analyse', rescanFile),
  route('GET', '/files/{id}/votes', 'always', 'file_votes', getFileRelation),
  route('GET', '/files/{id}/comments', 'always', 'file_comments', getFileRelation),
  route('GET', '/files/{id}/{relation}', 'never', 'file_relationships', refusePremium),
  route('GET', '/analyses/{id}', 'unless-own', 'analyses', getAnalysis),
  route('GET', '/analyses/{id}/item', 'unless-own', 'analyses', getAnalysisItem),
  route('POST', '/urls', 'always', 'url_submission', submitUrl),
  route('GET', '/urls/{id}', 'always', 'urls', getUrl),
  route('POST', '/urls/{id}/analyse', 'always', 'url_analyse', rescanUrl),
  route('GET', '/users/{id}/overall_quotas', 'exempt', 'users', getOverallQuotas),
  route('GET', '/users/{id}/api_usage', 'exempt', 'users', getApiUsage),
  route('GET', '/users/{id}', 'exempt', 'users', getUser),
];

const PREMIUM = /^\/(?:private|monitor|monitor_partner|intelligence|feeds|livehunt|retrohunt|graphs)(?:\/|$)/;

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The call that a request means; `undefined` for paths the API does not have, a trailing slash included. Pure. */
export function findRoute(method: string, pathname: string): RouteMatch | undefined {
  if (!pathname.startsWith('/_ah/') && !pathname.startsWith(`${API}/`)) return undefined;
  const path = pathname.startsWith('/_ah/') ? pathname : pathname.slice(API.length);
  for (const candidate of ROUTES) {
    const params = candidate.method === method ? matchPattern(candidate.pattern, path) : undefined;
    if (params !== undefined) return { route: candidate, params };
  }
  if (!PREMIUM.test(path) || path.endsWith('/')) return undefined;
  const pattern = `/${path.split('/')[1] ?? ''}/…`;
  return { route: route(method, pattern, 'never', 'premium', refusePremium), params: {} };
}

function matchPattern(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== text) return undefined;
      continue;
    }
    const value = decodeSegment(text);
    if (value === undefined || value === '') return undefined;
    params[segment.slice(1, -1)] = value;
  }
  return params;
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Whether the call costs nothing because of what it asks for. */
export function isOwn({ route, params }: RouteMatch, world: World, key: string): boolean {
  const id = params['id'] ?? '';
  if (route.endpoint === 'files') return world.findFile(id)?.freeFor.has(key) ?? false;
  const analysis = world.findAnalysis(id);
  return analysis === undefined || analysis.item.freeFor.has(key);
}
