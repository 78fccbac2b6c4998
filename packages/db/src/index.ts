/**
 * What must not be lost, in Postgres: a real one, or one embedded in the process for development.
 *
 * `openDatabase` opens either, and applies the migrations in `migrations/`: plain SQL files, in the order of their
 * names. The queries are functions that take a `Db`, which is either engine or a transaction of it, and every one of
 * them is tested on both. To add a table, add a migration, describe it in `schema.ts`, and write the queries.
 *
 * A run's row is its claim: the process that inserts it may call Claude, so an answer is paid for once, however many processes
 * are asked for it and however often they die. Its end is written once too: `endRun` and `endRunsOfDead` change only
 * runs that have none.
 *
 * A call of a tool is a row too, before it is executed: `startToolCall` succeeds once. One that has begun without an end
 * may have happened, and is not executed again.
 *
 * The budgets are sums over the rows of runs: a claim reserves the most that its run can cost, and its end replaces that
 * with the cost. So they hold over restarts and over any number of processes. Deletion clears the content of runs, and
 * keeps their rows for these sums.
 */
export {
  type Attachment,
  findAttachments,
  type NewAttachment,
  readAttachment,
  readAttachmentPart,
  storeAttachment,
  type StoredAttachment,
  useAttachments,
} from './attachments.ts'
export { authAccount, authSession, authUser, authVerification } from './auth-schema.ts'
export { isSessionLive } from './auth-sessions.ts'
export {
  BudgetError,
  type Budgets,
  type DayOfUsage,
  readSpentToday,
  readUsage,
  requireBudget,
  reserveBudget,
} from './budgets.ts'
export {
  type ConversationCursor,
  hideConversation,
  listConversations,
  readConversation,
  readConversationIds,
  renameConversation,
  restoreConversation,
  searchConversations,
  type StoredConversation,
} from './conversations.ts'
export { DatabaseError, type DatabaseErrorCode } from './database-error.ts'
export type { Db } from './db.ts'
export { guestOwner, seeGuest } from './guests.ts'
export { beat, removeInstances } from './instances.ts'
export {
  addAnswer,
  addQuestion,
  type NewQuestion,
  type PathRow,
  readAnswerRuns,
  readAnswerState,
  readConversationBytes,
  readMessages,
  readPath,
  readQuestion,
  readQuestionOf,
  type StoredAnswerRun,
  type StoredMessage,
  type StoredQuestion,
} from './messages.ts'
export {
  addNote,
  listNotes,
  type ListedNote,
  type NewNote,
  type NoteCursor,
  readNote,
  removeNote,
  searchNotes,
  type StoredNote,
  updateNote,
} from './notes.ts'
export { type Database, openDatabase, type OpenOptions } from './open-database.ts'
export { adoptOwner, deleteOwnerContent } from './owners.ts'
export {
  type ClaimedRun,
  claimRun,
  endRun,
  endRunsOfDead,
  readRun,
  readRunState,
  readUnfinishedRuns,
  type RunClaim,
  type RunEnd,
  saveLog,
  type Step,
  type StoredRun,
} from './runs.ts'
export { type Retention, sweep } from './sweep.ts'
export {
  type AskedCall,
  type CallDecision,
  type Decision,
  decideToolCall,
  declineToolCalls,
  endToolCall,
  type NewToolCall,
  readAskedCall,
  readToolCalls,
  saveStep,
  startToolCall,
  type StoredToolCall,
  type StoredToolResult,
} from './tool-calls.ts'
