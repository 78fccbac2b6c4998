import type { RunAck, RunSource } from '../run/run-source.ts'
import type { Message } from './messages.ts'
import type { AskSettings } from './settings.ts'
import type { StartApi } from './starter.ts'

export interface StartInput extends AskSettings {
  readonly runId: string
  readonly messages: Message[]
}

/** The server's procedures, as far as a chat needs them. */
export interface ChatApi extends StartApi<StartInput> {
  stop(input: { runId: string }): Promise<unknown>
  events: RunSource
  ack: RunAck
}
