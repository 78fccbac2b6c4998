import type { Claude } from '@sluice/claude'
import type { Runs } from '@sluice/runs'
import type { Admission } from './admission.ts'
import type { Limits } from './limits.ts'

/** What the server is made of; the same for every request. */
export interface Services {
  readonly runs: Runs
  readonly claude: Claude
  readonly limits: Limits
  readonly admission: Admission
  /** Told of every start that is refused, and why. */
  readonly onRefusal?: ((reason: string) => void) | undefined
  /** The model where a request names none. */
  readonly defaultModel: string
  /** The models that a request may name. */
  readonly allowedModels: readonly string[]
  /** The most characters a conversation may have. */
  readonly maxPromptChars: number
  /** The most messages a conversation may have. */
  readonly maxMessages: number
  /** The most tokens an answer may be asked to have. */
  readonly maxOutputTokens: number
  /** Whether answers come from the simulator. */
  readonly simulator: boolean
  /** On purpose, and not for want of an API key. */
  readonly simulatorChosen: boolean
  /** For the lab: the characters that our simulator has written for the latest request. */
  readonly claudeSent?: (() => number | undefined) | undefined
}

export interface Context extends Services {
  /** Whose runs this request may start and see. */
  readonly owner: string
  /** The address that the request came from, as far as `TRUST_PROXY` lets us know. */
  readonly ip: string
}
