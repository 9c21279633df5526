import type { GrowsWith } from './scale-operations.js';

/** Most memory of a process, MB. */
const MOST_MB = 300;
/** So many times the growth of the data: what is measured on a busy machine is not exact. */
const TOLERANCE = 1.6;
/** What takes less is over before anybody waits, and mostly the start of the process. */
const FAST_MS = 400;

interface Figures {
  readonly ms: number;
  readonly peakMb: number;
}

/** One operation at two sizes. */
export interface Measured {
  readonly name: string;
  readonly growsWith: GrowsWith;
  readonly small: Figures;
  readonly large: Figures;
  /** How many times longer the large one may take. */
  readonly allowed: number;
}

/** What is wrong with an operation; `ok` when nothing is. */
export function verdictOf({ small, large, allowed }: Measured): 'ok' | 'GROWS FASTER' | 'MEMORY' {
  if (large.peakMb > MOST_MB) return 'MEMORY';
  return large.ms > FAST_MS && large.ms / small.ms > allowed * TOLERANCE ? 'GROWS FASTER' : 'ok';
}

/** The table as `docs/figures.md` has it. */
export function tableOf(report: {
  readonly machine: string;
  readonly database: string;
  readonly databases: readonly {
    readonly properties: number;
    readonly days: number;
    readonly documents: number;
    readonly fillSeconds: number | null;
  }[];
  readonly rows: readonly Measured[];
}): string {
  const sizes = report.databases.map(({ properties, days, documents, fillSeconds }) => {
    const filled = fillSeconds === null ? '' : `, filled in ${fillSeconds} s`;
    return `${properties} properties over ${days} nights: ${documents} documents${filled}`;
  });
  const [small, large] = report.databases.map(({ properties, days }) => `${properties} × ${days}`);
  const rows = report.rows.map((row) => {
    const { name, growsWith, allowed } = row;
    const times = [row.small.ms, row.large.ms].map((ms) => (ms / 1_000).toFixed(2));
    const ratio = (row.large.ms / row.small.ms).toFixed(1);
    const cells = [
      name,
      ...times,
      ratio,
      `${allowed.toFixed(1)} (${growsWith})`,
      `${row.small.peakMb}`,
      `${row.large.peakMb}`,
    ];
    return [...cells, verdictOf(row)];
  });
  const head = ['operation', `${small}, s`, `${large}, s`, 'ratio', 'linear', 'MB', 'MB', ''];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`${report.machine}; ${report.database}`, ...sizes, '', ...lines].join('\n');
}
