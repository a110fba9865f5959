import type { components } from './schema';

type Problem = components['schemas']['Problem'];

/** What the server answered instead of success (RFC 9457), or that it could not be reached. */
export class ApiError extends Error {
  /** Stable snake_case code; `offline` when no answer came. */
  readonly code: string;
  /** HTTP status, 0 when no answer came. */
  readonly status: number;
  /** Words for each request field at fault, by the last part of its path: `phone`. */
  readonly fields: Record<string, string>;
  readonly values: Record<string, unknown>;

  constructor(problem: Partial<Problem> & { status: number }) {
    super(problem.title ?? '');
    this.name = 'ApiError';
    this.code = problem.code ?? 'unknown';
    this.status = problem.status;
    this.values = problem.values ?? {};
    this.fields = {};
    for (const f of problem.fields ?? []) this.fields[f.field.split('.').pop() ?? f.field] = f.message;
  }

  get offline() {
    return this.status === 0;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.code === code;
}
