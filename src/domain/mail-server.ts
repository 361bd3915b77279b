/** The mail server that messages are handed to. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` before anything else is said, `none` only for a server on this machine. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly login?: { readonly user: string; readonly password: string };
  /** PEM of the authority that signed the server's certificate, beside those that Node.js knows. */
  readonly ca?: string;
}
