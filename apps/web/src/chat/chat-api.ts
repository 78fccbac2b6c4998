import type { RunsApi, StartApi } from '@sluice/client'
import type { Message } from './messages.ts'
import type { AskSettings } from './settings.ts'

export interface StartInput extends AskSettings {
  readonly runId: string
  readonly messages: Message[]
}

/** The server's procedures, as far as a chat needs them. */
export interface ChatApi extends StartApi<StartInput> {
  readonly runs: RunsApi
}
