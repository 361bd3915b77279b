import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.js';
import type { View } from './objects.js';
import type { ReceivedFile } from './receive-file.js';
import type { World } from './world.js';

/** One request on its way through a handler. */
export interface Exchange extends View {
  readonly request: IncomingMessage;
  /** Decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly key: string;
  readonly world: World;
  /** Address without `/api/v3`, as the client reached it. */
  readonly origin: string;
  /** Says what the request is about, for the log. */
  name(subject: string): void;
  /**
   * Charges an upload, which can only be done when its bytes are known, and lets faults strike that ask for the file.
   * An answer is a refusal: the file must not be taken in.
   */
  onReceipt(file: ReceivedFile): Answer | undefined;
}

export type Handler = (exchange: Exchange) => Answer | Promise<Answer>;
