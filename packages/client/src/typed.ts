/**
 * Structured output in React: `useTypedRun` shows it while it grows. Apart from the rest, so that a page without it does not
 * load the parser.
 */
export { type Growing } from './growing.ts'
export { createTypedRunStore, type TypedRunSnapshot, type TypedRunStore } from './typed-run-store.ts'
export { useTypedRun } from './use-typed-run.ts'
