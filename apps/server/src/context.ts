import type { Claude } from '@sluice/claude'
import type { Runs } from '@sluice/runs'

/** What the server is made of; the same for every request. */
export interface Services {
  readonly runs: Runs
  readonly claude: Claude
  /** The model where a request names none. */
  readonly defaultModel: string
  /** The most characters a conversation may have. */
  readonly maxPromptChars: number
  /** Whether answers come from the simulator. */
  readonly simulator: boolean
}

export interface Context extends Services {
  /** Whose runs this request may start and see. */
  readonly owner: string
}
