import type { Models } from '../model-list.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { LateCode, late } from '../ui/late-code.tsx'
import { Mark } from './mark.tsx'

const ConversationMenu = late(async () => (await import('./conversation-menu.tsx')).ConversationMenu)

export function Header(props: {
  title: string | undefined
  models: Models | undefined
  onOpenList: () => void
  onNewChat: () => void
  onExport: (format: 'markdown' | 'json') => void
  onDelete: () => void
}) {
  const { title, models, onOpenList, onNewChat, onExport, onDelete } = props
  const isEmpty = title === undefined

  return (
    <header className="flex min-w-0 items-center gap-2 border-b border-line py-2 pr-[max(0.75rem,env(safe-area-inset-right))] pl-[max(0.75rem,env(safe-area-inset-left))]">
      <span className="contents lg:hidden">
        <IconButton
          icon="menu"
          label="Conversations"
          className="size-9!"
          data-testid="open-list"
          onClick={onOpenList}
        />
        <Mark />
      </span>
      <h1
        className={`text-[1.0625rem] font-semibold tracking-tight lg:sr-only ${isEmpty ? '' : 'max-sm:sr-only'}`}
      >
        Sluice
      </h1>
      {!isEmpty && <p className="min-w-0 truncate text-quiet max-lg:text-[0.9375rem]">{title}</p>}
      <span className="ml-auto flex flex-none items-center gap-1">
        {models?.simulator && (
          <span
            className="mr-1 inline-flex items-center gap-1.5 rounded-full bg-warn-soft px-2.5 py-0.5 text-[0.8125rem] whitespace-nowrap text-warn"
            data-testid="simulator-note"
            title={`${models.simulatorChosen ? 'Unset SIMULATOR' : 'Set ANTHROPIC_API_KEY'} to ask Claude`}
          >
            <span className="size-1.75 rounded-full bg-current" aria-hidden="true" />
            <span>
              Simulator
              <span className="max-sm:hidden">
                {models.simulatorChosen ? ', as SIMULATOR=1 says' : ': no API key set'}
              </span>
            </span>
          </span>
        )}
        <IconButton
          icon="plus"
          label="New chat"
          className="size-9!"
          data-testid="new-chat"
          disabled={isEmpty}
          onClick={onNewChat}
        />
        <span className="size-9">
          <LateCode>
            <ConversationMenu isEmpty={isEmpty} onExport={onExport} onDelete={onDelete} />
          </LateCode>
        </span>
      </span>
    </header>
  )
}
