/** Where the shell commands look for a cluster unless told: the default of `odradek up`. */
export const DEFAULT_BOOTSTRAP = '127.0.0.1:9092';
