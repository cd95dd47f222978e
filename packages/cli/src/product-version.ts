import manifest from '../package.json' with { type: 'json' };

/** The version of the package a user installs. */
export const productVersion: string = manifest.version;
