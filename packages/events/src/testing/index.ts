export { anyDone, anyError, anyPiece, anyPieces, anyText } from './arbitrary-events.ts'
export { expectedRead, units } from './event-model.ts'
