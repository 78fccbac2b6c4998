export { cutLength } from './cut.ts'
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
  parseRunEvent,
  type RunEvent,
  RunEventSchema,
  type TerminalEvent,
  type TextualEvent,
  type UnknownEvent,
  type Usage,
  UsageSchema,
} from './run-event.ts'
export { EMPTY_RUN_VIEW, reduceRun, type RunView } from './run-view.ts'
export { type Source } from './source.ts'
