/** What else of a file recognition may look at. Everything is optional: less is seen, nothing fails. */
export interface RecognitionWindow {
  /** The last bytes of the file; 512 suffice for disk images. */
  readonly tail?: Uint8Array;
  readonly sizeBytes?: number;
  /** Only for scripts without a shebang. */
  readonly name?: string;
  /** Up to `length` bytes from `offset`; asked for at most 192 KiB per file. Never throws. */
  readAt?(offset: number, length: number): Uint8Array;
}

/** Bytes of a file at a place, or `undefined` where they are not at hand in full. */
export type Peek = (offset: number, length: number) => Uint8Array | undefined;
