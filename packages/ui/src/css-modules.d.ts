declare module '*.module.css' {
  const classNames: Readonly<Record<string, string>>;
  export default classNames;
}

declare module '*.css?raw' {
  const text: string;
  export default text;
}

declare module '@fontsource-variable/*';
