import { useState } from 'react'
import type { Models } from '../api.ts'
import type { Settings } from '../chat/settings.ts'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { late } from '../ui/late.ts'
import { TitleField } from './title-field.tsx'

const ConversationMenu = late(async () => (await import('./conversation-menu.tsx')).ConversationMenu)

export function Header(props: {
  title: string | undefined
  models: Models | undefined
  settings: Settings
  onOpenList: () => void
  onNewChat: () => void
  onExport: (format: 'markdown' | 'json') => void
  onRename: (title: string) => void
  onDelete: () => void
  onDeleteAll: () => void
}) {
  const { title, models, settings, onOpenList, onNewChat, onExport, onRename, onDelete, onDeleteAll } = props
  const isEmpty = title === undefined
  const [renaming, setRenaming] = useState(false)

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
        {isEmpty && <img src="/favicon.svg" alt="" className="size-7" />}
      </span>
      <h1 className={`text-[1.0625rem] font-semibold tracking-tight lg:sr-only ${isEmpty ? '' : 'sr-only'}`}>
        Sluice
      </h1>
      {!isEmpty &&
        (renaming ? (
          <TitleField title={title} onRename={onRename} onClose={() => setRenaming(false)} />
        ) : (
          <p className="min-w-0 truncate text-[0.9375rem] font-medium" data-testid="title">
            {title}
          </p>
        ))}
      <span className="ml-auto flex flex-none items-center gap-1">
        {models?.simulator && (
          <span
            className="mr-1 inline-flex items-center gap-1.5 rounded-full bg-warn-soft px-2.5 py-0.5 text-[0.8125rem] whitespace-nowrap text-warn"
            data-testid="simulator-note"
            title={`${models.simulatorChosen ? 'Unset SIMULATOR' : 'Set ANTHROPIC_API_KEY'} to ask Claude`}
          >
            <span className="size-1.75 rounded-full bg-current" aria-hidden="true" />
            <span>
              Simulated
              <span className="max-sm:hidden">
                {models.simulatorChosen ? ' answers (SIMULATOR=1)' : ' answers (no API key)'}
              </span>
            </span>
          </span>
        )}
        <IconButton
          icon="plus"
          label="New chat"
          className="size-9! lg:hidden"
          data-testid="new-chat"
          disabled={isEmpty}
          onClick={onNewChat}
        />
        <span className="min-h-9 min-w-9">
          <ErrorBoundary>
            <ConversationMenu
              isEmpty={isEmpty}
              models={models}
              settings={settings}
              onExport={onExport}
              onRename={() => setRenaming(true)}
              onDelete={onDelete}
              onDeleteAll={onDeleteAll}
            />
          </ErrorBoundary>
        </span>
      </span>
    </header>
  )
}
