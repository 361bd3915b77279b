import manifest from '../package.json' with { type: 'json' };

/** Name and version as the result document, the User-Agent and `--version` give them. */
export const TOOL = Object.freeze({ name: manifest.name, version: manifest.version });
