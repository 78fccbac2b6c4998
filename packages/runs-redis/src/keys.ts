/** The keys and channels in Redis. The braces keep the two keys of a run in one slot of a cluster. */
export const keys = {
  /** Hash: owner, instance (which writes it; empty: none any more), end (position), stop (asked for). */
  run: (runId: string) => `sluice:{${runId}}:run`,
  /** Stream: an entry for each piece of the log, with the position after it as its id. */
  log: (runId: string) => `sluice:{${runId}}:log`,
  /** Hash: the number of the last beat of each instance. */
  beats: 'sluice:beats',
} as const

export const channels = {
  all: 'sluice:all',
  to: (instance: string) => `sluice:to:${instance}`,
} as const
