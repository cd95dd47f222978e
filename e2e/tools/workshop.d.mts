export const cacheFolder: string;
export const debianPrograms: readonly { package: string; isThere(): boolean }[];
export function pythonWithClients(): string;
export function javaClassPath(name: 'kafka' | 'clients' | 'streams' | 'connect'): string;
export function electronFolder(): string;
export function installDebianPackages(log: (line: string) => void): string[];
