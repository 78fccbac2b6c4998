/** What a procedure returns that has started a run whose output is a `T`. The type is all there is of the output. */
export interface TypedRun<T> {
  readonly runId: string
  /** Never there. */
  readonly '~output'?: T
}
