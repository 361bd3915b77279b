import { AppError, EXIT, type ExitCode } from '../errors.js';
import { visible } from '../domain/text.js';
import { maskSecrets } from '../config/secrets.js';

/**
 * The words and the exit status for whatever was thrown. Known errors are two lines, `error:` and `hint:`; an unknown one
 * is a bug and shows its stack. API keys are masked last, over the whole text.
 */
export function presentError(
  error: unknown,
  options: { readonly verbose: boolean; readonly env: Readonly<Record<string, string | undefined>> },
): { readonly text: string; readonly exitCode: ExitCode } {
  const lines: string[] = [];
  let exitCode: ExitCode = EXIT.bug;
  if (error instanceof AppError) {
    exitCode = EXIT[error.exit];
    lines.push(`error: ${visible(error.message)} [${error.code}]`);
    if (error.hint !== undefined) lines.push(`hint: ${visible(error.hint)}`);
    if (options.verbose) lines.push(...causeChain(error.cause));
  } else {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    lines.push(...stack.split('\n').map(visible), 'This is a bug in absolve: please report it with the lines above.');
  }
  return { text: maskSecrets(`${lines.join('\n')}\n`, options.env), exitCode };
}

function causeChain(cause: unknown): string[] {
  const lines: string[] = [];
  for (let current = cause; current instanceof Error && lines.length < 8; current = current.cause) {
    lines.push(`cause: ${visible(current.message)}`);
  }
  return lines;
}
