import type { Problem } from './errors.js';

/** What a command needs of the process it runs in. Tests give their own. */
export interface Io {
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  /** For `NO_COLOR`, `CI` and `COLUMNS` alone; settings are read in `core/config.ts`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface OutStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Where a command writes: data on stdout, everything else on stderr. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Colour on stderr. */
  readonly colour: boolean;
  /** Colour on stdout. */
  readonly dataColour: boolean;
  readonly columns: number;
  /** True when lines on stderr may be drawn over. */
  readonly redraws: boolean;
  /** The one document of `--json`; nothing without it. */
  document(value: unknown): void;
  /** One object of a stream on a line of its own, with `--json`; nothing without it. */
  record(value: unknown): void;
  /** Data for a person, line end included by this; nothing with `--json`. */
  data(text: string): void;
  /** Progress and hints; nothing with `--quiet`. */
  note(line: string): void;
  /** Something that must be seen, also with `--quiet`. */
  warn(line: string): void;
  /** Raw text to stderr. */
  raw(text: string): void;
}

/** Also for a terminal that tells a width of 0. */
const DEFAULT_COLUMNS = 80;

export interface OutputFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly colour: boolean;
}

export function createOutput(io: Io, { json, quiet, colour }: OutputFlags): Output {
  const { stdout, stderr, env } = io;
  const terminal = stderr.isTTY === true;
  const asked = Number(env.COLUMNS);
  return {
    json,
    quiet,
    colour: colour && terminal && !env.NO_COLOR,
    dataColour: colour && stdout.isTTY === true && !env.NO_COLOR,
    columns: asked > 0 ? asked : stderr.columns || DEFAULT_COLUMNS,
    redraws: terminal && !env.CI && !quiet,
    document: (value) => void (json && stdout.write(`${JSON.stringify(value, null, 2)}\n`)),
    record: (value) => void (json && stdout.write(`${JSON.stringify(value)}\n`)),
    data: (text) => void (!json && stdout.write(`${text}\n`)),
    note: (line) => void (!quiet && stderr.write(`${line}\n`)),
    warn: (line) => void stderr.write(`${line}\n`),
    raw: (text) => void stderr.write(text),
  };
}

/** Rows in columns, two blanks apart, without lines; the widest cell decides. */
export function columnsOf(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Writes an error: one document on stderr with `--json`, else a few lines. `stack` only when asked for. */
export function writeProblem({ stderr }: Io, json: boolean, problem: Problem, stack: string | null): void {
  const { code, message, hint, docs, faults } = problem;
  if (json) {
    stderr.write(`${JSON.stringify({ error: { code, message, hint, docs } })}\n`);
    return;
  }
  const [first = '', ...others] = faults;
  const lines = others.length === 0 ? [`${code}: ${first}`] : [`${code}:`, ...faults.map((fault) => `  - ${fault}`)];
  if (hint !== null) lines.push(`What next: ${hint}`);
  lines.push(`More: ${docs}`);
  if (stack !== null) lines.push(stack);
  stderr.write(`${lines.join('\n')}\n`);
}
