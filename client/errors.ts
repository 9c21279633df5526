import { BadConfig, type ErrorCode, NetworkError, PhoenixError } from '../core/errors.js';

/** Failures of the command line itself; those of the system keep their own code. */
export type CliCode = 'UsageError' | 'NotFound' | 'Refused' | 'RunFailed' | 'Interrupted';

const EXIT_OF_CLI_CODE: Readonly<Record<CliCode, number>> = {
  UsageError: 2,
  NotFound: 5,
  Refused: 1,
  RunFailed: 1,
  Interrupted: 130,
};

const EXIT_OF_CODE: Readonly<Partial<Record<ErrorCode, number>>> = {
  BadConfig: 2,
  AuthRejected: 4,
  NetworkError: 6,
  SourceUnavailable: 6,
  StoreUnavailable: 6,
  ProxyFailed: 6,
  NoProxyLeft: 6,
  RateLimited: 75,
  Frozen: 75,
  BudgetExceeded: 75,
  ModelBusy: 75,
};

const HINT_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  BadConfig: 'phx config show --origin tells where each setting comes from; .env.example explains all of them',
  NetworkError: 'phx stack status shows what is up, phx stack up starts it, phx doctor says what is wrong',
  StoreUnavailable: 'phx stack status shows what is up, phx stack up starts it, phx doctor says what is wrong',
  ProxyFailed: 'phx proxies list shows how the proxies stand, phx proxies check tries each',
  NoProxyLeft: 'phx proxies list shows how the proxies stand, phx proxies check tries each',
  RateLimited: 'run the same command later',
  Frozen: 'phx emergency status shows who froze it; phx emergency resume lets it go on',
  BudgetExceeded: 'run the same command later',
};

/** A command that cannot do what it was asked. `faults` holds every problem at once; the message joins them. */
export class CliError extends Error {
  constructor(
    readonly code: CliCode,
    problems: string | readonly string[],
    readonly hint: string | null = null,
    options?: ErrorOptions,
  ) {
    super(typeof problems === 'string' ? problems : problems.join('; '), options);
    this.name = 'CliError';
    this.faults = typeof problems === 'string' ? [problems] : problems;
  }

  readonly faults: readonly string[];
}

/** An error as a person and a script see it. */
export interface Problem {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly faults: readonly string[];
  /** What to do next; null when there is nothing to say. */
  readonly hint: string | null;
  /** Where it is explained, relative to the project. */
  readonly docs: string;
}

/** The one place where an error becomes an exit code. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CliError) {
    const { code, message, faults, hint } = error;
    return { exitCode: EXIT_OF_CLI_CODE[code], code, message, faults, hint, docs: 'docs/errors.md#exit-codes-of-phx' };
  }
  if (error instanceof PhoenixError) {
    const { code, message } = error;
    return {
      exitCode: EXIT_OF_CODE[code] ?? 1,
      code,
      message,
      faults: error instanceof BadConfig ? error.faults : [message],
      hint: HINT_OF_CODE[code] ?? null,
      docs: `docs/errors.md#${code.toLowerCase()}`,
    };
  }
  return unknownProblem(error);
}

/** What the Temporal client raises, by class name: its packages are loaded only by commands that need them. */
const CLI_ERROR_OF_NAME: Readonly<Record<string, readonly [CliCode, string]>> = {
  WorkflowNotFoundError: ['NotFound', 'phx runs list shows the runs there are; one that has ended cannot be steered'],
  ScheduleNotFoundError: ['NotFound', 'phx schedules list shows what there is, phx schedules apply creates it'],
  NamespaceNotFoundError: ['NotFound', 'phx stack up prepares the namespace of the mode'],
};

function unknownProblem(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof Error ? CLI_ERROR_OF_NAME[error.name] : undefined;
  if (known) return problemOf(new CliError(known[0], message, known[1]));
  if (error instanceof Error && error.name === 'ServiceError') return problemOf(new NetworkError('Temporal', message));
  const hint = 'run it again with --verbose to see where it happened';
  return { exitCode: 1, code: 'Unexpected', message, faults: [message], hint, docs: 'docs/errors.md' };
}
