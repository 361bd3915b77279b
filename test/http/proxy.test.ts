import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/http/proxy.js';

const PROXY = 'http://proxy.example:3128';
const env = (noProxy = '') => ({ HTTPS_PROXY: PROXY, HTTP_PROXY: 'http://plain.example:8080', NO_PROXY: noProxy });
const url = (text: string) => new URL(text);

describe('the proxy for a URL', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['https://a.example/', env(), PROXY],
    ['http://a.example/', env(), 'http://plain.example:8080'],
    ['https://a.example/', { HTTP_PROXY: PROXY }, undefined],
    ['https://a.example/', {}, undefined],
    ['https://a.example/', { HTTPS_PROXY: '' }, undefined],
    ['https://a.example/', { https_proxy: 'http://small.example', HTTPS_PROXY: PROXY }, 'http://small.example'],
    ['https://a.example/', { HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
    ['https://a.example/', { HTTPS_PROXY: 'http://name:word@proxy.example:1' }, 'http://name:word@proxy.example:1'],
  ])('%s with %j is %j', (target, variables, expected) => {
    expect(proxyFor(url(target), variables)).toBe(expected);
  });

  it.each<[string, string]>([
    ['https://a.example/', 'a.example'],
    ['https://a.example/', 'A.EXAMPLE'],
    ['https://sub.a.example/', 'a.example'],
    ['https://sub.a.example/', '.a.example'],
    ['https://sub.a.example/', '*.a.example'],
    ['https://a.example/', 'a.example:443'],
    ['http://a.example/', 'a.example:80'],
    ['https://a.example:8443/', 'a.example:8443'],
    ['https://a.example:8443/', 'a.example'],
    ['https://a.example/', 'b.example, a.example'],
    ['https://a.example/', 'b.example a.example'],
    ['https://a.example/', ' , ,a.example,'],
    ['https://a.example/', '*'],
    ['https://127.0.0.1/', '127.0.0.1'],
    ['https://[::1]/', '::1'],
    ['https://[::1]/', '[::1]'],
    ['https://[::1]:8443/', '[::1]:8443'],
    ['https://[2001:db8::1:2]/', '2001:db8::1:2'],
  ])('is none for %s with NO_PROXY=%j', (target, noProxy) => {
    expect(proxyFor(url(target), env(noProxy))).toBeUndefined();
  });

  it.each<[string, string]>([
    ['https://a.example/', 'b.example'],
    ['https://nota.example/', 'a.example'],
    ['https://a.example.evil.test/', 'a.example'],
    ['https://a.example/', 'a.example:8443'],
    ['https://a.example:8443/', 'a.example:443'],
    ['https://a.example/', '.'],
    ['https://a.example/', 'sub.a.example'],
    ['https://[::1]:8443/', '[::1]:443'],
    ['https://a.example/', ''],
  ])('stays for %s with NO_PROXY=%j', (target, noProxy) => {
    expect(proxyFor(url(target), env(noProxy))).toBe(PROXY);
  });

  it('never goes to a host outside of a name that NO_PROXY lists, nor around it for a host inside', () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9]{0,6})$/);
    const host = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(host, fc.array(host, { maxLength: 4 }), label, (name, listed, sub) => {
        const isInside = (candidate: string) =>
          listed.some((entry) => candidate === entry || candidate.endsWith(`.${entry}`));
        for (const candidate of [name, `${sub}.${name}`, ...listed, ...listed.map((entry) => `x${entry}`)]) {
          const expected = isInside(candidate) ? undefined : PROXY;
          expect(proxyFor(url(`https://${candidate}/`), env(listed.join(',')))).toBe(expected);
        }
      }),
    );
  });
});
