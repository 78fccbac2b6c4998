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
export { EMPTY_RUN_VIEW, hasEnded, reduceRun, type RunView } from './run-view.ts'
export { type Source } from './source.ts'
