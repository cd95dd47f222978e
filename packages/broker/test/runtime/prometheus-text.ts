/** One family of numbers as a scrape tells it. */
export interface ScrapedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: ReadonlyMap<string, number>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$/;
const LABELS = /^\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,(?!\})|(?=\})))*\}$/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/**
 * Reads Prometheus' text format (0.0.4) as strictly as `promtool check metrics`: names, labels, one HELP and TYPE
 * before the samples of each family, no sample twice, counters that end in `_total`, histograms whose buckets grow up to
 * their count. Throws at the first line that is none.
 */
export function parsePrometheusText(text: string): ReadonlyMap<string, ScrapedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, ScrapedFamily & { readonly samples: Map<string, number> }>();
  let help: readonly [name: string, text: string] | null = null;
  let current: string | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    const refuse = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (!NAME.test(name) || rest === '') refuse('no HELP');
      help = [name, rest];
    } else if (kind === 'TYPE') {
      if (help?.[0] !== name || families.has(name) || SUFFIXES[rest] === undefined) refuse('no TYPE');
      if ((rest === 'counter') !== name.endsWith('_total')) refuse('a counter, and only it, ends in _total');
      families.set(name, { type: rest, help: help?.[1] ?? '', samples: new Map() });
      current = name;
    } else {
      const [, sampleName = '', labels = '', value = ''] = SAMPLE.exec(line) ?? refuse('no sample');
      const family = families.get(current ?? '') ?? refuse('a sample without TYPE');
      const isOwn = SUFFIXES[family.type]?.some((suffix) => sampleName === `${current}${suffix}`);
      if (isOwn !== true) refuse('a sample of another family');
      if (labels !== '' && !LABELS.test(labels)) refuse('no labels');
      if (!/^(\+Inf|-Inf|NaN|[-+]?\d+(\.\d+)?(e[-+]?\d+)?)$/.test(value)) refuse('no number');
      if (family.samples.has(sampleName + labels)) refuse('a sample twice');
      family.samples.set(sampleName + labels, Number(value.replace('Inf', 'Infinity')));
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkBuckets(name, family);
  return families;
}

/** The buckets of each set of labels follow each other, as they are told. */
function checkBuckets(name: string, { samples }: ScrapedFamily): void {
  let last = 0;
  let infinite = 0;
  for (const [sample, value] of samples) {
    if (sample.startsWith(`${name}_bucket`)) {
      if (value < last) throw new Error(`${sample} falls`);
      last = value;
      if (sample.includes('le="+Inf"')) {
        infinite = value;
        last = 0;
      }
    } else if (sample.startsWith(`${name}_count`) && value !== infinite) {
      throw new Error(`${sample} is not its last bucket`);
    }
  }
}
