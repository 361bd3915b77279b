/**
 * Opens a local page in the user's browser, without waiting for it.
 *
 * @param path absolute
 * @returns whether there was a program to open it with
 */
export async function openPage(path: string): Promise<boolean> {
  const { default: open } = await import('open');
  try {
    await open(path);
    return true;
  } catch {
    // No desktop here (a server, a container): nothing else depends on it.
    return false;
  }
}
