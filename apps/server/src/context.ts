import type { Claude, WebTool } from '@sluice/claude'
import type { Runs } from '@sluice/runs'
import type { Accounts } from './accounts.ts'
import type { Admission } from './admission.ts'
import type { SignedIn, SignInMethods } from './auth/signed-in.ts'
import type { ServerDatabase } from './database.ts'
import type { Limits } from './limits.ts'
import type { AllowedOnDisconnect } from './on-disconnect.ts'
import type { DatabaseRecords } from './run-records.ts'
import type { Tools } from './tools.ts'

/** Limits for files. */
interface FileLimits {
  /** Of one image, in bytes. */
  readonly maxImageBytes: number
  /** Of all files in a conversation, and so of one PDF, in bytes. */
  readonly maxBytes: number
  /** Of all files in a conversation, in files. */
  readonly maxFiles: number
  /** Of all files of one owner, in bytes. */
  readonly bytesPerOwner: number
}

/** The parts of the server that procedures use; the same for every request. */
export interface Services {
  readonly runs: Runs
  readonly records: Omit<DatabaseRecords, 'close'>
  readonly database: Pick<ServerDatabase, 'query'>
  readonly claude: Claude
  readonly limits: Limits
  readonly admission: Admission
  readonly accounts: Accounts
  /** How to sign in; undefined while accounts are off. */
  readonly signIn?: SignInMethods | undefined
  /** Called for every start that is refused, with a reason for the metrics. */
  readonly onRefusal?: ((reason: string) => void) | undefined
  /** The system prompt of answers in conversations. Default: none. */
  readonly system?: string | undefined
  /** The procedures that Claude may call in conversations. Default: none. */
  readonly tools?: Tools | undefined
  /** The tools for the web that Claude may use in conversations, and Anthropic executes. */
  readonly webTools: readonly WebTool[]
  /** The model for requests that name none. */
  readonly defaultModel: string
  /** The models that a request may name. */
  readonly allowedModels: readonly string[]
  /** What a start may ask for when its page closes. */
  readonly allowedOnDisconnect: AllowedOnDisconnect
  /** Limit of a question, and of all that is sent to Claude with it, in characters. */
  readonly maxPromptChars: number
  /** Limit of what is sent to Claude, in messages. */
  readonly maxMessages: number
  readonly files: FileLimits
  /** What a run may have cost when Claude is called again, in US dollars. */
  readonly maxRunUsd: number
  /** Limit of `maxTokens` in a request. */
  readonly maxOutputTokens: number
  /** Whether answers come from the simulator. */
  readonly simulator: boolean
  /** The simulator was chosen with SIMULATOR=1, and is not used for lack of an API key. */
  readonly simulatorChosen: boolean
  /** For the lab: how many characters the simulator has written for the latest request. */
  readonly claudeSent?: (() => number | undefined) | undefined
}

export interface Context extends Services {
  /** The owner of the runs that this request may start and see. */
  readonly owner: string
  /** The user who has signed in; undefined for a guest. */
  readonly signedIn?: SignedIn | undefined
  /** The client's address. Behind a proxy this is the proxy's, unless `TRUST_PROXY` is set. */
  readonly ip: string
  /** The call of a tool that this procedure is called for: a key with which a mutation can tell that it was made already. */
  readonly toolCall?: { readonly runId: string; readonly callId: string } | undefined
}
