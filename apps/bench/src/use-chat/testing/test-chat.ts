import { AbstractChat, type ChatInit, type ChatState, type ChatStatus } from 'ai'
import type { SluiceMessage } from '../ui-messages.ts'

/** The class behind `useChat`, without React. */
export class TestChat extends AbstractChat<SluiceMessage> {
  readonly statuses: readonly ChatStatus[]

  constructor({ messages = [], ...init }: ChatInit<SluiceMessage>) {
    const statuses: ChatStatus[] = ['ready']
    const state: ChatState<SluiceMessage> = {
      get status() {
        return statuses.at(-1) ?? 'ready'
      },
      set status(status) {
        statuses.push(status)
      },
      error: undefined,
      messages,
      pushMessage: (message) => void (state.messages = [...state.messages, message]),
      popMessage: () => void (state.messages = state.messages.slice(0, -1)),
      replaceMessage: (index, message) =>
        void (state.messages = state.messages.with(index, structuredClone(message))),
      snapshot: structuredClone,
    }
    super({ ...init, state })
    this.statuses = statuses
  }
}
