export { anyDone, anyError, anyPiece, anyPieces, anyText } from './arbitrary-events.ts'
