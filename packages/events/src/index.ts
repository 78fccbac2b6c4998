/**
 * The events of a run, as zod schemas, and everything that server and browser compute from them alike: positions
 * (`position.ts`), a buffer that merges and cuts text (`event-buffer.ts`), and the view of a run that a page shows
 * (`run-view.ts`). Depends on zod only.
 */
export { cutLength } from './cut.ts'
export { EventBuffer, type Positioned } from './event-buffer.ts'
export { mergeEvents } from './merge.ts'
export { advance, extent, parsePosition } from './position.ts'
export {
  CHARS_PER_TOKEN,
  type DoneEvent,
  type ErrorCode,
  ErrorCodeSchema,
  type ErrorEvent,
  isTerminal,
  isTextual,
  MAX_OUTPUT_CHARS,
  parseRunEvent,
  type ReceivedEvent,
  type RunEvent,
  RunEventSchema,
  type TerminalEvent,
  type TextualEvent,
  type UnknownEvent,
  type Usage,
  UsageSchema,
} from './run-event.ts'
export {
  continueView,
  EMPTY_RUN_VIEW,
  hasEnded,
  reduceRun,
  type RunPart,
  type RunView,
  type TextPart,
  textOf,
  thinkingOf,
  type ToolPart,
  type WebSource,
} from './run-view.ts'
export { type Source, type SourceRun } from './source.ts'
export { addCost, addUsage, type Spent } from './spent.ts'
export { type TypedRun } from './typed-run.ts'
export { webUrl } from './web-url.ts'
