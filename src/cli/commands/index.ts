import type { CommandEntry } from '../command.js';

/** Every command, in the order of the help. A new one is a file beside this and a line here. */
export const COMMANDS: readonly CommandEntry[] = [];
