import type { Command } from 'commander';
import type { ExitCode } from '../errors.js';
import type { Io } from './io.js';

export interface Invocation {
  readonly args: readonly string[];
  /** As commander parsed them: values typed by each option's own parser. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** One file in `commands/`: declares its options, maps them, calls one function, renders, returns a status. */
export interface CommandModule {
  /** Declares arguments, options and help texts. Called only when this command (or its help) is wanted. */
  declare(command: Command): void;
  run(invocation: Invocation, io: Io): Promise<ExitCode>;
}

/** The line in the registry. What is not called is not loaded: start-up time is a promise. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}
